// Stacked bars from the JSON beside them: {labels, series: [{name, colour, values}]}.
(() => {
  "use strict";
  const text = { color: "#5b6675", fontFamily: "inherit", fontSize: 12 };
  document.querySelectorAll("[data-yj-chart]").forEach((element) => {
    const data = JSON.parse(document.getElementById(element.dataset.yjChart).textContent);
    const chart = echarts.init(element, null, { renderer: "canvas" });
    chart.setOption({
      animation: false,
      textStyle: text,
      grid: { left: 40, right: 8, top: 34, bottom: 24 },
      legend: { top: 0, right: 0, itemWidth: 12, itemHeight: 8, textStyle: text },
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLabel: text, axisLine: { lineStyle: { color: "#cdd5df" } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: "#eef1f5" } } },
      series: data.series.map((one) => ({ name: one.name, type: "bar", stack: "all", barMaxWidth: 28, itemStyle: { color: one.colour }, data: one.values })),
    });
    window.addEventListener("resize", () => chart.resize());
  });
})();
