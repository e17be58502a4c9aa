// Forms that answer while one types: the place where somebody is writing is never overwritten.
(() => {
  "use strict";
  Idiomorph.defaults.ignoreActiveValue = true;
})();
