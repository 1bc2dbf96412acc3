/**
 * Runs a tool: its number becomes the exit code, an error becomes one line (a stack would only show the tools' insides).
 * @param {() => Promise<number>} tool
 */
export async function main(tool) {
  try {
    process.exitCode = await tool();
  } catch (error) {
    console.error(`vm-system: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
