// Benchmarks of a link: models one way through it: frames over TCP between two processes, checked or sealed, beside the
// bare bytes; and what sealing costs without any socket.
import Cryptography
import Kernels
import Platform
import Registry
import Wire

/// Benchmarks of one link.
public enum LinkBench: Bench {
    public static let name = "links"
    public static let flags = [Flag("models", "N", "models that are sent in one measurement (default 500)")]
    /// The word that makes `gossiplab bench` the sending process.
    public static let word = "send"

    private static let dimension = 250_000

    /// What becomes of a model on its way.
    private enum Way: String, CaseIterable {
        case bare, checked, sealed

        /// A link of node 0, which sends, or of node 1.
        func link(of node: Int) -> Link? {
            guard self != .bare else { return nil }
            let peer = NodeID(1 - node)
            let secrets = LinkSecrets(
                keys: KeyRing([(peer, EdgeKey([UInt8](repeating: 1, count: EdgeKey.byteCount)))]),
                challenge: Entropy.bytes(LinkSecrets.challengeBytes))
            return Link(
                local: LinkIdentity(
                    experiment: [UInt8](repeating: 0, count: Hello.identityBytes), run: .none, node: NodeID(node),
                    incarnation: 1, limits: Limits(.model(dimension))),
                expecting: node == 0 ? .dialled(peer) : .accepted(among: [peer]),
                secrets: self == .sealed ? secrets : nil)
        }
    }

    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        let models = try settings.flags.count("models", 1...1_000_000, default: 500)
        var report = BenchReport(
            name, repetitions: settings.repetitions,
            conditions: [("models", .number(models)), ("bytesOfModel", .number(4 * dimension))],
            columns: [
                .init(key: "gigabytesPerSecond", header: "GB/s", decimals: 2),
                .init(key: "spread", header: "spread", decimals: 3),
                .init(key: "timesBare", header: "times bare", decimals: 2),
            ],
            notes: [
                "GB/s: of models, from the first byte that comes to the last model, between two processes.",
                "times bare: how much longer than the same bytes over a plain socket, measured in turn with it.",
                "seal, open: ChaCha20-Poly1305 on one model in memory, one thread.",
            ])
        var (times, ratios) = (Way.allCases.map { _ in Sample() }, Way.allCases.map { _ in Sample() })
        settings.announce("links, \(models) models")
        for _ in 0..<settings.repetitions {
            let taken = try Way.allCases.map { try receive(models, $0, from: settings.laboratory) / Double(models) }
            for (index, time) in taken.enumerated() {
                times[index].add(time)
                ratios[index].add(time / taken[0])
            }
        }
        for (index, way) in Way.allCases.enumerated() {
            report.add(row("tcp, \(way.rawValue)", times[index], timesBare: ratios[index].median), settings)
        }
        settings.announce("sealing")
        let (sealing, opening) = sealing(repetitions: settings.repetitions)
        report.add(row("seal", sealing, timesBare: nil), settings)
        report.add(row("open", opening, timesBare: nil), settings)
        return report
    }

    private static func row(_ name: String, _ times: Sample, timesBare: Double?) -> BenchReport.Row {
        .init(name: name, figures: [Double(4 * dimension) / times.median / 1e9, times.spread, timesBare])
    }

    private static func model() -> ModelMessage {
        ModelMessage(round: Round(0), values: (0..<dimension).map { Float($0 % 1_013) / 1_013 })
    }

    /// Seconds to seal a model in memory, and to open it again.
    private static func sealing(repetitions: Int) -> (sealing: Sample, opening: Sample) {
        let key = ChaCha20Poly1305(key: [UInt8](repeating: 1, count: ChaCha20Poly1305.keyBytes))
        var values = model().values
        var (sealing, opening) = (Sample(), Sample())
        for sequence in 0..<10 * UInt64(repetitions) {
            let nonce = ChaCha20Poly1305.Nonce(sender: 0, sequence: sequence)
            var tag: [UInt8] = []
            sealing.add(seconds { tag = key.seal(&values, header: [], nonce: nonce) })
            var isWhole = false
            opening.add(seconds { isWhole = key.open(&values, tag: tag, header: [], nonce: nonce) })
            precondition(isWhole, "what was sealed opens")
        }
        return (sealing, opening)
    }

    // MARK: - Two processes

    private static func receive(_ models: Int, _ way: Way, from program: String) throws -> Double {
        let (listener, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
        let lifeline = try Lifeline()
        let child = try ChildProcess(
            program, ["bench", word, "\(address)", way.rawValue, "\(models)"], lifeline: lifeline)
        defer { if child.status == nil { try? child.send(.kill) } }
        var poll = PollLoop()
        poll.add(listener)
        guard try poll.wait(until: MonotonicClock().now() + .milliseconds(10_000)) > 0,
            let socket = try Socket.accept(from: listener)
        else { throw BenchFault("the sending process did not come") }
        var stream = Stream(socket: socket, link: way.link(of: 1))
        let taken = try seconds { while try stream.read() {} }
        guard stream.models == models, try child.wait() == .exited(0) else {
            throw BenchFault("\(stream.models) of \(models) models came")
        }
        return taken
    }

    /// Sends as `words` say: where to, in which way, how many models.
    public static func takePart(_ words: [String]) throws {
        guard words.count == 3, let way = Way(rawValue: words[1]), let models = Int(words[2]) else {
            throw ConfigurationFault("\(word) is a part of 'bench \(name)', which starts it")
        }
        let address = try SocketAddress(words[0])
        let socket = try Socket.connect(to: address)
        var poll = PollLoop()
        poll.add(socket, reading: false, writing: true)
        try poll.wait(until: nil)
        if let fault = Socket.connectionFault(of: socket, to: address) { throw fault }
        var stream = Stream(socket: socket, link: way.link(of: 0))
        try stream.open()
        let model = model()
        for round in 0..<models {
            try stream.send(ModelMessage(round: Round(round), values: model.values, digest: model.digest))
        }
        try Socket.finishSending(socket)
    }

    /// One end of the connection.
    private struct Stream {
        let socket: FileDescriptor
        var link: Link?
        /// That came.
        var models: Int { link == nil ? bytes / (4 * dimension) : delivered }
        private var bytes = 0
        private var delivered = 0
        private var buffer = [UInt8](repeating: 0, count: 1 << 18)
        private var poll = PollLoop()

        init(socket: FileDescriptor, link: Link?) {
            self.socket = socket
            self.link = link
        }

        /// The handshake.
        mutating func open() throws {
            var effects: [LinkEffect] = []
            link?.start(into: &effects)
            try carryOut(effects)
            while let link, !link.isOpen { guard try read() else { throw BenchFault("the link did not open") } }
        }

        mutating func send(_ model: ModelMessage) throws {
            if let frame = link?.frame(for: .model(model)) {
                try write(frame.head, frame.model)
            } else {
                try write([], model.values)
            }
        }

        /// Reads once; false at the end.
        mutating func read() throws -> Bool {
            poll.removeAll()
            poll.add(socket)
            try poll.wait(until: nil)
            let transfer = try link?.read(from: socket, into: &buffer) ?? socket.read(into: &buffer)
            guard case .bytes(let count) = transfer else { return false }
            bytes += count
            var effects: [LinkEffect] = []
            // Taken out of self, which the link's turn changes.
            var taken: [UInt8] = []
            swap(&taken, &buffer)
            link?.receive(taken.span.extracting(0..<count), into: &effects)
            swap(&taken, &buffer)
            try carryOut(effects)
            return true
        }

        private mutating func carryOut(_ effects: [LinkEffect]) throws {
            for effect in effects {
                switch effect {
                case .transmit(let frame): try write(frame.head, frame.model)
                case .deliver(.model): delivered += 1
                case .refused(let rejection, _, _): throw BenchFault("refused: \(rejection)")
                case .opened, .deliver, .close: break
                }
            }
        }

        private mutating func write(_ head: [UInt8], _ model: [Float]) throws {
            var written = 0
            while written < head.count + 4 * model.count {
                if case .bytes(let count) = try socket.write(head, then: model, from: written) {
                    written += count
                } else {
                    poll.removeAll()
                    poll.add(socket, reading: false, writing: true)
                    try poll.wait(until: nil)
                }
            }
        }
    }
}
