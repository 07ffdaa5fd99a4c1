// Applies and ends faults of a simulated node: crash and restart, pause, full disk, corrupt checkpoint, clock jump.
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
            let (start, refused) = disk.start(node: id, experiment: settings.experiment, channels: core.shared)
            if refused { core.note(.checkpointRefused) }
            handle(.started(start), at: now, using: &scratch, into: &outbox)
        case .pause: pausedSince = now
        case .goOn:
            if let pausedSince { queue.postpone(by: now - pausedSince) }
            pausedSince = nil
        case .fillDisk: disk.isFull = true
        case .freeDisk: disk.isFull = false
        case .corruptCheckpoint(let draw): disk.corruptNewest(draw)
        case .shiftTime(let leap): clockOffset += leap
        }
    }
}
