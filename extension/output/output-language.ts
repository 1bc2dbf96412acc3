/** Language of the output channel and of documents that look like it, by which package.json colours them. */
export const OUTPUT_LANGUAGE = 'vm-system-output';
