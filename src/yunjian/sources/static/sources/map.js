// Maps without foreign tiles: the districts as outlines, one place that may be picked.
(() => {
  "use strict";
  const CITY = [[30.66, 120.84], [31.88, 122.0]];
  // districts so narrow (degrees) that their names stand in each other's way from afar
  const SMALL = 0.14;
  const NEAR = 10.5;
  const colour = { wastewater: "#1664c0", flue_gas: "#9a5b00" };
  let outlines = null;

  const districts = (url) => {
    if (!outlines) outlines = fetch(url).then((answer) => answer.json());
    return outlines;
  };
  const dot = (latlng, options) => L.circleMarker(latlng, { radius: 6, weight: 2, color: "#fff", fillOpacity: 1, ...options });

  const begin = (element) => {
    if (element._yjMap) return;
    const form = element.closest("form");
    const input = (name) => form.elements.namedItem(name);
    const map = L.map(element, { zoomSnap: 0.25, attributionControl: true, scrollWheelZoom: true });
    element._yjMap = map;
    map.attributionControl.setPrefix("").addAttribution(element.dataset.note);
    if (element.dataset.tiles) L.tileLayer(element.dataset.tiles, { maxZoom: 18 }).addTo(map);
    map.on("zoomend", () => element.classList.toggle("far", map.getZoom() < NEAR));
    map.fitBounds(CITY);
    if (element.dataset.east) map.setView([Number(element.dataset.north), Number(element.dataset.east)], 12, { animate: false });
    element.classList.toggle("far", map.getZoom() < NEAR);

    districts(element.dataset.districts).then((data) => {
      if (!element.isConnected) return;
      const style = { color: "#8fa3bb", weight: 1, fillColor: "#e4edf7", fillOpacity: element.dataset.tiles ? 0.1 : 0.8, interactive: false };
      const layer = L.geoJSON(data, { style }).addTo(map);
      layer.eachLayer((one) => {
        const bounds = one.getBounds();
        const small = bounds.getEast() - bounds.getWest() < SMALL ? " yj-map-small" : "";
        one.bindTooltip(one.feature.properties.name, { permanent: true, direction: "center", className: `yj-map-name${small}`, interactive: false });
      });
      layer.bringToBack();
    });

    const marks = document.getElementById("place-marks");
    if (marks) JSON.parse(marks.textContent).forEach((one) => {
      dot([one.latitude, one.longitude], { fillColor: colour[one.kind] }).bindTooltip(one.label).addTo(map);
    });

    let here = null;
    const show = (latitude, longitude, zoom) => {
      if (!here) here = dot([latitude, longitude], { radius: 8, fillColor: "#c62828" }).bindTooltip(element.dataset.here).addTo(map);
      here.setLatLng([latitude, longitude]);
      if (zoom) map.setView([latitude, longitude], zoom, { animate: false });
    };
    let latest = 0;
    const typed = (zoom) => {
      const query = new URLSearchParams({ longitude: input("longitude").value, latitude: input("latitude").value, datum: input("datum").value });
      const number = latest += 1;
      fetch(`${element.dataset.position}?${query}`, { credentials: "same-origin" }).then((answer) => answer.json()).then((place) => {
        if (number !== latest || !element.isConnected) return;
        element.classList.toggle("outside", place.known && !place.inside);
        if (place.known && place.inside) show(place.latitude, place.longitude, zoom);
      });
    };
    ["longitude", "latitude", "datum"].forEach((name) => {
      const one = input(name);
      if (one) one.addEventListener("change", () => typed(Math.max(map.getZoom(), 11)));
    });
    if (input("longitude") && input("longitude").value) typed(11);

    if ("pick" in element.dataset) {
      map.on("click", (event) => {
        // what is clicked is on this map, whatever was typed before
        input("datum").value = "wgs84";
        input("longitude").value = event.latlng.lng.toFixed(6);
        input("latitude").value = event.latlng.lat.toFixed(6);
        latest += 1;
        element.classList.remove("outside");
        show(event.latlng.lat, event.latlng.lng);
      });
    }
  };

  const all = (root) => root.querySelectorAll("[data-yj-map]").forEach(begin);
  // a map has to know its size: in a dialog that is when the dialog is there
  document.addEventListener("shown.bs.modal", (event) => all(event.target));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target && event.detail.target.classList.contains("show")) all(event.detail.target);
  });
  all(document.getElementById("content") || document);
})();
