/** Loaded into a measured process with `--import`: answers the bench's questions about CPU time and memory. */
process.on("message", (message) => {
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuMicroseconds: user + system,
    residentBytes: process.memoryUsage.rss(),
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
  });
});
// A bench that was ended must not leave its processes behind; one that has finished by itself may go.
process.once("disconnect", () => process.exit());
process.channel?.unref();
