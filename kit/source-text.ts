/** A TypeScript source, taken apart just enough to read its imports, the names that it uses and its comments. */
export interface SourceText {
  /** Module specifiers of every import and export, static and dynamic; `undefined` for a dynamic one that is computed. */
  readonly imports: readonly (string | undefined)[];
  /** The text without comments, and with the contents of strings left out. */
  readonly code: string;
  /** The contents of its strings. */
  readonly strings: readonly string[];
  /** Its comments, with their marks. */
  readonly comments: readonly string[];
}

/** Takes a source apart. Knows comments, strings and templates; a regular expression is taken for code. */
export function readSource(source: string): SourceText {
  const strings: string[] = [];
  const comments: string[] = [];
  let code = "";
  let at = 0;
  for (const match of source.matchAll(token)) {
    code += source.slice(at, match.index);
    at = match.index + match[0].length;
    const { comment, regex, quoted, template } = match.groups ?? {};
    if (comment !== undefined) {
      comments.push(comment);
      code += " ";
    } else if (regex !== undefined) code += "/ /";
    else if (quoted !== undefined) code += `"${strings.push(quoted.slice(1, -1)) - 1}"`;
    else if (template !== undefined) code += withoutTexts(template, strings);
  }
  code += source.slice(at);
  return { imports: importsOf(code, strings), code: code.replaceAll(/"\d+"/g, '""'), strings, comments };
}

/** The preceding character tells a regular expression from a division. */
const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<=[=(,:[!&|?{};\n]\s*)(?<regex>\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*)|(?<quoted>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<template>`(?:[^`\\]|\\.)*`)/g;

/** Keeps the code inside a template's placeholders. */
function withoutTexts(template: string, strings: string[]): string {
  const placeholder = /\$\{([^}]*)\}/g;
  strings.push(template.slice(1, -1).replaceAll(placeholder, " "));
  return ` ${[...template.matchAll(placeholder)].map((match) => `(${match[1]})`).join(" ")} `;
}

function importsOf(code: string, strings: readonly string[]): readonly (string | undefined)[] {
  const named = [...code.matchAll(/\b(?:from|import)\s*\(?\s*"(\d+)"/g)].map(
    (match) => strings[Number(match[1])],
  );
  const computed = [...code.matchAll(/\bimport\s*\(\s*[^")\s]/g)].map(() => undefined);
  return [...named, ...computed];
}
