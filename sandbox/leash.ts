/**
 * Preloaded into the processes that the sandbox starts: when the sandbox is gone, however it went, they stop too, as
 * if somebody had asked them to. The programs themselves know nothing of it.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Waiting for the sandbox's end must not be a reason to live on.
process.channel?.unref();
