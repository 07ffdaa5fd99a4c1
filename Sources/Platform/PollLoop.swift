// Waiting for many descriptors at once: a thin wrapper of poll(2). It owns none of them and keeps no callbacks.
import Glibc
import Kernels

/// The descriptors to wait for, filled anew before each wait; the memory stays.
public struct PollLoop: Sendable {
    private var entries: [pollfd] = []

    public init() {}

    /// Forgets all descriptors and keeps the memory.
    public mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Adds a descriptor and returns its slot, under which the results are asked after `wait`. One that is to be
    /// neither read nor written is left alone, faults and all.
    @discardableResult
    public mutating func add(_ descriptor: FileDescriptor, reading: Bool = true, writing: Bool = false) -> Int {
        let events = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0)
        entries.append(pollfd(fd: events == 0 ? -1 : descriptor.number, events: Int16(events), revents: 0))
        return entries.count - 1
    }

    /// Waits until something is ready, a signal arrives or the deadline passes; returns the number of ready slots.
    ///
    /// `poll` counts in milliseconds: the wait is rounded up, so that a timer is never found a moment too early.
    ///
    /// - Parameter deadline: `nil` waits without end.
    @discardableResult
    public mutating func wait(until deadline: Instant?) throws(SystemFault) -> Int {
        let timeout = deadline.map { deadline in
            let left = max(0, deadline - MonotonicClock().now())
            return Int32(clamping: (left + 999_999) / 1_000_000)
        }
        let ready = unsafe poll(&entries, nfds_t(entries.count), timeout ?? -1)
        if ready >= 0 { return Int(ready) }
        let number = errno
        guard number == EINTR else { throw SystemFault("poll", errno: number) }
        for slot in entries.indices { entries[slot].revents = 0 }
        return 0
    }

    /// A read would not wait: there are bytes, the end, or an error to fetch.
    public func isReadable(_ slot: Int) -> Bool { has(POLLIN | POLLHUP | POLLERR | POLLNVAL, slot) }

    /// A write would not wait, or there is an error to fetch: for a dialled connection, it is decided.
    public func isWritable(_ slot: Int) -> Bool { has(POLLOUT | POLLHUP | POLLERR | POLLNVAL, slot) }

    private func has(_ events: Int32, _ slot: Int) -> Bool { Int32(entries[slot].revents) & events != 0 }
}
