// A second SHACL engine, `rdf-validate-shacl`: many graphs against many shapes in one process.
//
// Reads {"shapes": [path, ...], "graphs": [path, ...]} on standard input. Answers {graph: {shapes: [result, ...]}},
// or {graph: {shapes: {"crash": message}}} where the engine cannot judge.

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { text } from "node:stream/consumers";
import rdf from "@zazuko/env-node";
import { StreamParser } from "n3";
import SHACLValidator from "rdf-validate-shacl";

async function load(path) {
  return rdf.dataset().import(createReadStream(path).pipe(new StreamParser()));
}

function told(result) {
  return {
    severity: (result.severity?.value ?? "").split("#").pop(),
    component: (result.sourceConstraintComponent?.value ?? "").split("#").pop(),
    focus: result.focusNode?.value ?? "",
    path: result.path?.value ?? "",
    value: result.value?.value ?? "",
  };
}

async function judge(validator, graph) {
  try {
    const report = await validator.validate(graph);
    return report.results.map(told);
  } catch (error) {
    return { crash: String(error) };
  }
}

const { shapes, graphs } = JSON.parse(await text(process.stdin));
const validators = new Map();
for (const path of shapes) {
  validators.set(basename(path), new SHACLValidator(await load(path), { factory: rdf }));
}
const verdicts = {};
for (const path of graphs) {
  const graph = await load(path);
  verdicts[basename(path)] = {};
  for (const [name, validator] of validators) {
    verdicts[basename(path)][name] = await judge(validator, graph);
  }
}
process.stdout.write(JSON.stringify(verdicts));
