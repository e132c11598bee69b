// Runs before the page is drawn: says that scripts work, so that styles which depend on them apply without a jump.
document.documentElement.classList.add("has-scripts");
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
