// NameLookups: host names are looked up on threads beside the poll loop, since a name server may take seconds to
// answer, and may not know yet a host that is only just starting.
import Kernels
import Registry

/// Questions that are out, and their answers as they come.
struct NameLookups {
    struct Question: Sendable {
        let peer: NodeID
        /// `host:port`.
        let address: String
    }

    struct Answer: Sendable {
        let peer: NodeID
        /// At least one, those of IPv4 first.
        let outcome: Result<[SocketAddress], ConfigurationFault>
    }

    private typealias Thread = Worker<Question, Answer>

    /// So many servers that are slow to answer hold up nobody else.
    private static let mostThreads = 4
    /// Enough for the C library's resolver.
    private static let stackBytes = 1 << 18

    private var threads: [Thread] = []

    /// To wait for answers.
    var descriptors: [FileDescriptor] { threads.map(\.descriptor) }

    /// Looks a name up; false where that cannot even be begun now.
    mutating func ask(_ question: Question) -> Bool {
        if threads.allSatisfy({ $0.outstanding > 0 }), threads.count < Self.mostThreads,
            let thread = try? Thread(
                stackBytes: Self.stackBytes,
                { question in
                    Answer(
                        peer: question.peer,
                        outcome: Result { () throws(ConfigurationFault) in try SocketAddress.all(question.address) })
                })
        {
            threads.append(thread)
        }
        guard let thread = threads.min(by: { $0.outstanding < $1.outstanding }), thread.outstanding < thread.capacity
        else { return false }
        return (try? thread.submit(question)) != nil
    }

    /// The answers that have come.
    mutating func take() -> [Answer] {
        var answers: [Answer] = []
        for thread in threads where thread.outstanding > 0 {
            while let answer = try? thread.take() { answers.append(answer) }
        }
        return answers
    }
}
