// Stands in for WeChat's JS-SDK: the same calls, answered by the simulator from test data.
// It reaches the simulator by script elements only, so that a page's policy need allow no more
// than it needs for the real one.
(function () {
  "use strict";
  var base = new URL(document.currentScript.src).origin;
  var allowed = [];
  var state = "new";
  var failure = null;
  var onReady = [];
  var onError = [];
  var number = 0;

  function ask(what, params, then) {
    var name = "simulatedWechat" + (number += 1);
    var script = document.createElement("script");
    var query = new URLSearchParams(Object.assign({ do: what, callback: name }, params));
    window[name] = function (answer) {
      delete window[name];
      script.remove();
      then(answer);
    };
    script.onerror = function () {
      delete window[name];
      script.remove();
      then({ errMsg: what + ":fail the simulator is away" });
    };
    script.src = base + "/sim/jsapi?" + query;
    document.head.appendChild(script);
  }

  // iOS checks the address with which the page was first loaded, Android that of the moment
  function checkedAddress() {
    var first = performance.getEntriesByType("navigation")[0];
    var onApple = /iPhone|iPad/.test(navigator.userAgent);
    return (onApple && first ? first.name : location.href).split("#")[0];
  }

  function method(name, params) {
    return function (options) {
      options = options || {};
      function done(answer) {
        var ok = /:ok$/.test(answer.errMsg);
        var handler = ok ? options.success : options.fail;
        if (handler) handler(answer);
        if (options.complete) options.complete(answer);
      }
      if (state !== "ready" || allowed.indexOf(name) < 0) {
        setTimeout(done, 0, { errMsg: name + ":permission denied" });
        return;
      }
      ask(name, params ? params(options) : {}, done);
    };
  }

  window.wx = {
    config: function (options) {
      allowed = options.jsApiList || [];
      var params = {
        appId: options.appId, timestamp: options.timestamp, nonceStr: options.nonceStr,
        signature: options.signature, url: checkedAddress(),
      };
      ask("config", params, function (answer) {
        if (answer.errMsg === "config:ok") {
          state = "ready";
          onReady.forEach(function (each) { each(); });
        } else {
          state = "failed";
          failure = answer;
          onError.forEach(function (each) { each(answer); });
        }
      });
    },
    ready: function (callback) {
      if (state === "ready") callback();
      else onReady.push(callback);
    },
    error: function (callback) {
      if (state === "failed") callback(failure);
      else onError.push(callback);
    },
    getLocation: method("getLocation", function (options) { return { type: options.type || "wgs84" }; }),
    chooseImage: method("chooseImage"),
    getLocalImgData: method("getLocalImgData", function (options) { return { localId: options.localId }; }),
    scanQRCode: method("scanQRCode"),
  };
  window.jWeixin = window.wx;
})();
