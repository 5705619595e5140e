// What the pages say, in the page's language; the keys are those of the templates.
const { default: strings } = await import(`./${document.documentElement.lang}.js`);

export function say(key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function sayOneOf(family, choice) {
  return strings[`${family}_${choice}`] ?? choice;
}
