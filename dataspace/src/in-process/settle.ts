interface Idling {
  idle(): Promise<void>;
}

/**
 * Waits until every service is idle at the same moment: one that becomes idle may have given another work, so they are
 * asked again until all answer at once, without anything having to happen first.
 */
export async function settled(services: () => readonly Idling[]): Promise<void> {
  for (;;) {
    let idle = 0;
    const asked = services().map(async (service) => {
      await service.idle();
      idle += 1;
    });
    await turn();
    const quiet = idle === asked.length;
    await Promise.all(asked);
    if (quiet) return;
  }
}

/** Long enough for promises that are settled already, too short for I/O that is not done. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
