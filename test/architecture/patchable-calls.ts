import path from 'node:path';
import ts from 'typescript';

/**
 * Prints what the guest's side of us would get from the guest when that patches prototypes or globals, one finding a line:
 * methods of built-ins that are called, globals that are read, and syntax that runs `Symbol.iterator`, each inside of a
 * function. What runs while the script is loaded or a context is made comes before any guest.
 */
const folder = 'daemon/host/guest';
const bootstrap = [
  'asConsole', 'captureIntrinsics', 'captureLate', 'connect', 'connectModules', 'finish', 'finishWebClass', 'functionsOf', 'getterOf', 'installFinalization', 'makeConsole', 'refuse',
  'renameFunctions',
]; // prettier-ignore

const root = path.resolve(import.meta.dirname, '../..');
const configFile = path.join(root, 'tsconfig.json');
const config: unknown = ts.readConfigFile(configFile, (file) => ts.sys.readFile(file)).config;
const options = { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, incremental: false };
delete options.tsBuildInfoFile;
const program = ts.createProgram([path.join(root, folder, 'main.ts')], options);
const checker = program.getTypeChecker();
for (const file of program.getSourceFiles()) {
  if (!file.fileName.startsWith(path.join(root, folder))) continue;
  for (const found of patchableIn(file)) console.log(path.relative(root, found));
}

function patchableIn(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${file.fileName}:${line + 1} ${what}`);
  };
  const visit = (node: ts.Node, isLater: boolean): void => {
    if (ts.isTypeNode(node) || isBootstrap(node)) return;
    const later = isLater || isFunction(node) || isInstanceField(node);
    if (later) check(node, report);
    ts.forEachChild(node, (child) => { visit(child, later); }); // prettier-ignore
  };
  visit(file, false);
  return found;
}

function check(node: ts.Node, report: (node: ts.Node, what: string) => void): void {
  if (ts.isPropertyAccessExpression(node) && isBuiltInMethod(node)) report(node, `uses ${node.getText()}`);
  if (ts.isIdentifier(node) && isGlobalRead(node)) report(node, `reads the global ${node.text}`);
  if (ts.isForOfStatement(node)) report(node, 'iterates');
  if (ts.isSpreadElement(node)) report(node, 'spreads an iterable');
  if (ts.isArrayBindingPattern(node)) report(node, 'destructures an iterable');
}

function isFunction(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function isInstanceField(node: ts.Node): boolean {
  return ts.isPropertyDeclaration(node) && !(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static);
}

function isBootstrap(node: ts.Node): boolean {
  return ts.isFunctionDeclaration(node) && node.name !== undefined && bootstrap.includes(node.name.text);
}

/** A property that a built-in inherits from its prototype: those of the language's library, but no own ones. */
function isBuiltInMethod(node: ts.PropertyAccessExpression): boolean {
  const symbol = checker.getSymbolAtLocation(node.name);
  if (symbol === undefined || !isFromLibrary(symbol)) return false;
  const ownData = ['length', 'value', 'done', 'index', 'name', 'message', 'stack', 'prototype', 'constructor'];
  return !ownData.includes(symbol.name) && !isDescriptorField(symbol);
}

function isDescriptorField(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    ({ parent }) => ts.isInterfaceDeclaration(parent) && parent.name.text === 'PropertyDescriptor',
  );
}

function isGlobalRead(node: ts.Identifier): boolean {
  if (['undefined', 'Infinity', 'NaN', 'arguments'].includes(node.text) || isNameOnly(node)) return false;
  const symbol = checker.getSymbolAtLocation(node);
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Value) !== 0 && isFromLibrary(symbol);
}

/** The identifier names a member or a label, and reads nothing by itself. */
function isNameOnly(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    !ts.isExpression(parent) &&
    !ts.isVariableDeclaration(parent) &&
    !ts.isReturnStatement(parent) &&
    !ts.isIfStatement(parent)
  );
}

function isFromLibrary(symbol: ts.Symbol): boolean {
  const declarations = symbol.declarations ?? [];
  return (
    declarations.length > 0 &&
    // No guest can reach the handles of isolated-vm, nor what they inherit from.
    declarations.every((declaration) => /\/node_modules\/(?!isolated-vm\/)/.test(declaration.getSourceFile().fileName))
  );
}
