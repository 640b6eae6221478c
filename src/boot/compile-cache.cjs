"use strict";

const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

// Loaded before the program, and in each of its threads: what has been read and compiled once is not again at the next
// start, which takes half of its time and a quarter of its memory. Beside the dependencies, because whoever may write there
// may change the program anyway; in the system's temporary folder it could be somebody else's. Where the folder cannot be
// written, starting only takes longer.
enableCompileCache(join(__dirname, "../../node_modules/.cache/sluice"));
