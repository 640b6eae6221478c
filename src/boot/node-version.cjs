// Loaded before anything else. Old versions of Node must be able to read this file, so it keeps to their syntax.
// biome-ignore-all lint: the linter asks for syntax that old versions of Node cannot read.
"use strict";

var needed = require("../../package.json").engines.node;

if (!satisfies(process.versions.node, needed)) {
  var found = process.versions.node;
  var what = "Sluice needs Node " + needed + ", and this is Node " + found + ".";
  var advice = "`npm ci` installs the right Node beside it, as long as install scripts are not ignored.";
  console.error(what + " Use `npm start`: " + advice);
  process.exit(1);
}

/** Whether a version is in a range of the form `>=24.21.0 <25`. */
function satisfies(version, range) {
  var bounds = /^>=(\d+)\.(\d+)\.(\d+) <(\d+)$/.exec(range).slice(1).map(Number);
  var parts = version.split(".").map(Number);
  if (parts[0] >= bounds[3]) return false;
  for (var i = 0; i < 3; i += 1) {
    if (parts[i] !== bounds[i]) return parts[i] > bounds[i];
  }
  return true;
}
