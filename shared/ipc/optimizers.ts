/** V8's compilers of hot code, as its flags call them: off while a host starts, on before there is any guest. */
export const OPTIMIZERS = ['turbofan', 'maglev', 'sparkplug'] as const;
