// OutgoingFragments, the sending half of a datagram link: frames that wait, and fragments that were sent and not yet
// acknowledged. When something counts as lost, and how much may be on its way, is decided here.
import Kernels

struct OutgoingFragments: Sendable {
    /// A fragment that was sent.
    struct Flight: Sendable {
        fileprivate let frame: OutgoingFrame
        fileprivate let range: Range<Int>
        /// When it was last sent, counted in sent fragments and on the clock.
        fileprivate var order: UInt64
        fileprivate var sentAt: Instant
        fileprivate var wasRepeated = false
        fileprivate var hasArrived = false
        fileprivate var isLost = false
    }

    private static let firstWindow = 32
    private static let smallestWindow = 8
    /// A fragment is lost when others that were sent so much later have arrived (RFC 9002, section 6.1.1).
    private static let reordering: UInt64 = 3
    /// Fragments that are sent again into a silence (RFC 9002, section 6.2.4).
    private static let probes = 2

    /// Not begun; at most a backlog of them are models.
    private var queue: [OutgoingFrame] = []
    /// The frame that is being cut, and the bytes of it that are in fragments.
    private var current: (frame: OutgoingFrame, cut: Int)?
    /// Consecutive fragments, the first of them not acknowledged.
    private var flights: [Flight] = []
    private var firstNumber: UInt64 = 0
    private var lostCount = 0
    private var lastAcknowledgement: Fragment.Acknowledgement?

    private var sentCount: UInt64 = 0
    /// The latest sending that has been acknowledged.
    private var newestArrival: UInt64 = 0
    /// Losses among fragments sent before this halve the window no further.
    private var recoveredAt: UInt64 = 0
    private var window: Int
    private let largestWindow: Int

    private var roundTrip = RoundTrip()
    /// When the silence is long enough to count as a loss.
    private(set) var timeoutAt: Instant?
    /// When something was last acknowledged, or first sent after everything was.
    private(set) var progressAt: Instant

    private let backlog: Int

    /// - Parameters:
    ///   - window: fragments that may be on their way at once, at most 128.
    ///   - backlog: models that may wait.
    init(window: Int, backlog: Int = 1, at now: Instant) {
        self.backlog = backlog
        largestWindow = min(max(window, Self.smallestWindow), Fragment.mostAtOnce)
        self.window = min(Self.firstWindow, largestWindow)
        progressAt = now
    }

    var isEmpty: Bool { queue.isEmpty && current == nil && flights.isEmpty }

    /// Whether anything waits for an acknowledgement.
    var isAwaiting: Bool { !flights.isEmpty }

    /// Queues a frame. A model overtakes older ones that have not begun to leave, so a stopped peer costs no more than
    /// the backlog.
    mutating func enqueue(_ frame: OutgoingFrame) {
        queue.enqueue(frame, backlog: backlog)
    }

    /// The next fragment to send: one that was lost, or a new one if the window allows it.
    ///
    /// - Returns: its number, and whether to ask for an answer at once, so that the window opens again in time.
    mutating func next(at now: Instant) -> (number: UInt64, isUrgent: Bool)? {
        let index: Int
        if lostCount > 0, let lost = flights.firstIndex(where: \.isLost) {
            index = lost
            lostCount -= 1
            flights[index].isLost = false
            flights[index].wasRepeated = true
        } else {
            guard flights.count < window, let (frame, range) = cut() else { return nil }
            if flights.isEmpty { progressAt = now }
            flights.append(Flight(frame: frame, range: range, order: 0, sentAt: now))
            index = flights.count - 1
        }
        sentCount += 1
        flights[index].order = sentCount
        flights[index].sentAt = now
        if timeoutAt == nil { timeoutAt = now + roundTrip.timeout }
        let isUrgent = flights.count >= window || 2 * flights.count >= window && index % 8 == 0
        return (firstNumber + UInt64(index), isUrgent || flights[index].wasRepeated)
    }

    /// How long a fragment is that `next` named.
    func byteCount(_ number: UInt64) -> Int { flights[Int(number - firstNumber)].range.count }

    /// Appends the bytes of a fragment that `next` named.
    func append(_ number: UInt64, to payload: inout [UInt8]) {
        let flight = flights[Int(number - firstNumber)]
        flight.frame.append(flight.range, to: &payload)
    }

    private mutating func cut() -> (OutgoingFrame, Range<Int>)? {
        if current == nil, !queue.isEmpty { current = (queue.removeFirst(), 0) }
        guard let (frame, cut) = current else { return nil }
        let end = min(cut + Fragment.mostBytes, frame.byteCount)
        current = end == frame.byteCount ? nil : (frame, end)
        return (frame, cut..<end)
    }

    /// Takes over what the peer says it has.
    mutating func acknowledge(_ acknowledgement: Fragment.Acknowledgement, at now: Instant) throws(Rejection) {
        // The fragments of one burst all say the same.
        guard acknowledgement != lastAcknowledgement else { return }
        let isPossible = acknowledgement.base <= firstNumber + UInt64(flights.count) && acknowledgement.low & 1 == 0
        guard isPossible else { throw .malformedPayload }
        lastAcknowledgement = acknowledgement
        var sample: Nanoseconds?
        var isProgress = false
        for index in flights.indices where !flights[index].hasArrived {
            guard acknowledgement.contains(firstNumber + UInt64(index)) else { continue }
            isProgress = true
            flights[index].hasArrived = true
            if flights[index].isLost { lostCount -= 1 }
            flights[index].isLost = false
            newestArrival = max(newestArrival, flights[index].order)
            if !flights[index].wasRepeated { sample = now - flights[index].sentAt }
            window = min(largestWindow, window + 1)
        }
        guard isProgress else { return }
        if let sample { roundTrip.add(sample) }
        roundTrip.heard()
        progressAt = now
        let arrived = flights.prefix { $0.hasArrived }.count
        flights.removeFirst(arrived)
        firstNumber += UInt64(arrived)
        for index in flights.indices where !flights[index].hasArrived && !flights[index].isLost {
            if flights[index].order + Self.reordering <= newestArrival { lose(index) }
        }
        timeoutAt = flights.isEmpty ? nil : now + roundTrip.timeout
    }

    /// Nothing was heard for too long: the first fragments are sent again, and the answer will tell of the others.
    mutating func timeOut(at now: Instant) {
        roundTrip.timedOut()
        timeoutAt = now + roundTrip.timeout
        var probes = Self.probes
        for index in flights.indices where probes > 0 && !flights[index].hasArrived && !flights[index].isLost {
            lose(index)
            probes -= 1
        }
    }

    private mutating func lose(_ index: Int) {
        flights[index].isLost = true
        lostCount += 1
        guard flights[index].order > recoveredAt else { return }
        window = max(Self.smallestWindow, window / 2)
        recoveredAt = sentCount
    }
}
