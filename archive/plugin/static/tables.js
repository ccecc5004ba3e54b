// Datasette's own pages say in which language they are, and what each of their fields is for, to whoever cannot see it.
"use strict";
document.documentElement.lang ||= "en";
const names = {
  'select[name^="_filter_column"]': "Column to filter by",
  'select[name^="_filter_op"]': "How to compare",
  'input[name^="_filter_value"]': "Value to compare with",
  'select[name^="_sort"]': "Sort by",
  ".CodeMirror textarea, textarea": "SQL",
  ".cm-content": "SQL",
};
const label = () => {
  for (const [selector, name] of Object.entries(names)) {
    for (const field of document.querySelectorAll(selector)) {
      if (!field.labels?.length && !field.hasAttribute("aria-label")) field.setAttribute("aria-label", name);
    }
  }
};
// The editor of SQL is made by a script of the page that runs later.
label();
addEventListener("load", () => setTimeout(label));
