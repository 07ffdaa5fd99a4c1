// Applies and ends faults of a simulated node: crash and restart, pause, full disk, clock jump.
import Core
import Faults
import Kernels

extension Actor {
    mutating func apply(
        _ change: NodeChange, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox
    ) {
        if settings.isWatched, let fault = change.fault, let phase {
            outbox.observations.append(.struck(fault, id, in: phase))
        }
        defer {
            settle()
            tellMilestones(into: &outbox)
        }
        switch change {
        case .crash:
            guard isAlive else { return }
            isDown = true
            forget()
            if settings.isWatched { outbox.observations.append(.killed(id)) }
        case .restart:
            guard isDown, let fresh else { return }
            isDown = false
            incarnation += 1
            core = fresh
            for slot in lines.indices {
                lines[slot].stream = nil
                lines[slot].datagrams = nil
                lines[slot].timerAt = nil
                lines[slot].isOpen = false
            }
            let start = disk.start(node: id, experiment: settings.experiment, channels: core.shared)
            handle(.started(start), at: now, using: &scratch, into: &outbox)
        case .pause: isPaused = true
        case .goOn: isPaused = false
        case .fillDisk: disk.isFull = true
        case .freeDisk: disk.isFull = false
        case .shiftTime(let leap): clockOffset += leap
        }
    }
}
