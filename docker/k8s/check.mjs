// Checks manifests on standard input against the schemas of Kubernetes' and the Prometheus operator's own types, and
// against their TypeScript types, which know no fields but those there are. In a folder with these packages:
//   npm install kubernetes-models @kubernetes-models/prometheus-operator js-yaml typescript
//   kubectl kustomize docker/k8s | node …/docker/k8s/check.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";

const modules = join(process.cwd(), "node_modules");
const yaml = createRequire(join(modules, "check"))("js-yaml");
const lines = [];
let failed = 0;

for (const manifest of yaml.loadAll(readFileSync(0, "utf8"))) {
  const { apiVersion, kind } = manifest;
  const name = `${apiVersion} ${kind} ${manifest.metadata?.name}`;
  const own = apiVersion.startsWith("monitoring.coreos.com/") ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  try {
    const { [kind]: Model } = await import(pathToFileURL(join(modules, own, apiVersion, "index.js")));
    new Model(manifest).validate();
    console.log(`ok    ${name}`);
  } catch (e) {
    failed++;
    console.log(`WRONG ${name}: ${e.message}`);
  }
  lines.push(`{ const it: import("${own}/${apiVersion}").I${kind} = ${JSON.stringify(manifest, null, 1)}; void it; }`);
}

writeFileSync("manifests.mts", lines.join("\n"));
const typed = spawnSync(
  join(modules, ".bin", "tsc"),
  ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "manifests.mts"],
  { encoding: "utf8" });
console.log(typed.status === 0 ? "ok    no field that is not known" : `WRONG ${typed.stdout}`);
process.exit(failed || typed.status ? 1 : 0);
