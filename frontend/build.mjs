// Bundle src/editor.js into the folder given, with the notices of what went into it.
import {build} from "esbuild";
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";

const out = process.argv[2];
mkdirSync(out, {recursive: true});
const made = await build({entryPoints: ["src/editor.js"], bundle: true, minify: true, format: "esm", target: "es2020", outdir: out, metafile: true, legalComments: "none"});
const names = new Set(Object.keys(made.metafile.inputs).map(path => (path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/) || [])[1]).filter(Boolean));
let notices = "";
for (const name of [...names].sort()) {
  const folder = `node_modules/${name}`;
  const {version, license} = JSON.parse(readFileSync(`${folder}/package.json`));
  const file = readdirSync(folder).find(f => /^licen[cs]e/i.test(f));
  notices += `${name} ${version}, ${license}\n\n${file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, "utf8") : ""}\n\n`;
}
writeFileSync(`${out}/THIRD-PARTY-NOTICES.txt`, notices);
console.log("bundled", [...names].join(" "));
