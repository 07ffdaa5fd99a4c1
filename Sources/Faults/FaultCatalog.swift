// Every fault that a plan can name. A new fault is one file in Network/ or Nodes/ and one line here.
import Registry

/// The faults that a plan can name.
public enum FaultCatalog {
    public static let all = Catalog<any Fault.Type>(
        "fault",
        [
            Loss.self,
            Duplication.self,
            Reordering.self,
            Corruption.self,
            Delay.self,
            RateLimit.self,
            Partition.self,
            SwizzleClog.self,
            Reset.self,
            Crash.self,
            Pause.self,
            ClockJump.self,
            FullDisk.self,
            CheckpointCorruption.self,
        ], as: { $0 })
}
