// Sets the theme before anything is painted. It is a file of its own because the page allows no inline script.
(function () {
  var theme = "system";
  try {
    theme = localStorage.getItem("cloudops.theme") || "system";
  } catch (e) {
    theme = "system";
  }
  var dark = theme === "dark" || (theme !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
