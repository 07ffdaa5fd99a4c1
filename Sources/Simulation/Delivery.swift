// Delivery: what reaches a simulated node from another one, or from the network itself.
import Kernels
import Wire

struct Delivery: Sendable {
    enum Content: Sendable {
        case message(Message)
        case frame(OutgoingFrame)
        case datagram([UInt8])
        /// A frame whose bytes were changed on the way.
        case altered([UInt8])
        /// A message whose check would fail.
        case garbled
        /// A new connection with the sender, whose process is of this incarnation.
        case opened(incarnation: UInt64)
        /// The connection with the sender is gone.
        case closed

        /// On a wire.
        var bytes: Int {
            switch self {
            case .message(let message): message.frameBytes
            case .frame(let frame): frame.byteCount
            case .datagram(let bytes), .altered(let bytes): bytes.count
            case .garbled, .opened, .closed: 0
            }
        }
    }

    let receiver: NodeID
    let sender: NodeID
    let content: Content
    /// The connection that it belongs to; what belongs to an earlier one than the receiver knows is dropped.
    var connection = 0

    var isDatagram: Bool { if case .datagram = content { true } else { false } }

    /// Whether a later model makes it useless, as in a sender's queue.
    var isModel: Bool {
        switch content {
        case .message(.model), .message(.flood): true
        case .frame(let frame): frame.kind == .model
        default: false
        }
    }
}

extension Array {
    /// Removes the first of those that are meant, until no more than `most` are left.
    mutating func dropOldest(atMost most: Int, where isMeant: (Element) -> Bool) {
        var surplus = count(where: isMeant) - most
        guard surplus > 0 else { return }
        removeAll { element in
            guard surplus > 0, isMeant(element) else { return false }
            surplus -= 1
            return true
        }
    }
}
