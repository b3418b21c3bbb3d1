/* Submits the document's form: a forwarded authentication response or a POST logout request. With `data-fragment` the
   form's fields come from the URL's fragment, which servers do not see. */
const form = document.querySelector("form[data-submit]");
if (form instanceof HTMLFormElement) {
  if (form.hasAttribute("data-fragment")) {
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    history.replaceState(null, "", location.pathname);
  }
  form.submit();
}
