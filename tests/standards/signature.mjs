// Verifies a signed answer with nothing but what JavaScript has: `node signature.mjs ANSWER JWKS` prints true or false.
// RFC 8785 is written after JSON.stringify and the default order of sort(), so these are its canonical form.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
};

const [answer, keys] = process.argv.slice(2, 4).map((path) => JSON.parse(readFileSync(path, "utf8")));
const { signature, ...signed } = answer;
const [header, , value] = signature.split(".");
const { kid } = JSON.parse(Buffer.from(header, "base64url"));
const key = createPublicKey({ key: keys.keys.find((each) => each.kid === kid), format: "jwk" });
console.log(verify(null, Buffer.from(`${header}.${canonical(signed)}`), key, Buffer.from(value, "base64url")));
