// Wakes the components of GOV.UK Frontend, again for every part that HTMX puts into the page.
import { initAll } from "./govuk-frontend.min.js";

initAll();
document.body.addEventListener("htmx:afterSwap", (event) => {
  initAll({ scope: event.detail.elt });
  // Keyboard and screen reader users land where the new part begins.
  event.detail.elt.querySelector("[data-focus]")?.focus();
});
