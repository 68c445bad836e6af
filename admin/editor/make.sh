#!/bin/sh
# Makes admin/static/vendor/prosemirror.js and its licences anew, of the versions that package.json names.
# It needs node and npm; nothing that runs does.  The same versions make the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$here/../static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/prosemirror.js" "$work"
cd "$work"
npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null
versions=$(node -e '
  const wanted = require("./package.json").dependencies;
  for (const [name, version] of Object.entries(wanted)) {
    const found = require(`./node_modules/${name}/package.json`);
    if (found.version !== version || found.license !== "MIT") throw new Error(`${name}: ${found.version}, ${found.license}`);
  }
  process.stdout.write(Object.entries(wanted).map((one) => one.join(" ")).join(", "));
')
npx esbuild prosemirror.js --bundle --minify --format=esm --target=es2022 --charset=utf8 --legal-comments=none \
  --banner:js="// $versions. MIT, see LICENSES.txt. Made by make editor." --outfile="$to/prosemirror.js" --log-level=warning
for one in node_modules/prosemirror-* node_modules/orderedmap node_modules/rope-sequence node_modules/w3c-keyname; do
  printf '%s\n\n' "$(basename "$one")" && cat "$one/LICENSE" && printf '\n\n'
done >"$to/LICENSES.txt"
ls -l "$to"
