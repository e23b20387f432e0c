// Starts `syncline lsp` for rule files, and ends it with the editor.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const command = workspace.getConfiguration("syncline").get("command");
  client = new LanguageClient(
    "syncline",
    "Syncline",
    { command, args: ["lsp"] },
    { documentSelector: [{ language: "syncline" }] },
  );
  return client.start();
};

exports.deactivate = () => client?.stop();
