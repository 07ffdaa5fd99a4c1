// Names of hosts: looked up beside the loop, the addresses of one in turn, what listens under a name, and what others
// are told of it.
import Kernels
import Registry
import Testing

@testable import Platform

@Suite("Names of hosts")
struct NameLookupsTests {
    /// Waits for so many answers.
    private static func answers(_ count: Int, of lookups: inout NameLookups) throws -> [NameLookups.Answer] {
        var answers: [NameLookups.Answer] = []
        var loop = PollLoop()
        let deadline = MonotonicClock().now() + .milliseconds(60_000)
        while answers.count < count, MonotonicClock().now() < deadline {
            loop.removeAll()
            for descriptor in lookups.descriptors { loop.add(descriptor) }
            try loop.wait(until: deadline)
            answers += lookups.take()
        }
        return answers
    }

    @Test("questions are answered each for its peer, those of IPv4 first; no thread is there before the first")
    func lookups() throws {
        var lookups = NameLookups()
        #expect(lookups.descriptors.isEmpty)
        for peer in 0..<20 {
            let isAsked = lookups.ask(.init(peer: NodeID(peer), address: "localhost:\(7600 + peer)"))
            #expect(isAsked)
        }
        #expect((1...4).contains(lookups.descriptors.count))
        let answers = try Self.answers(20, of: &lookups)
        #expect(Set(answers.map(\.peer)).count == 20)
        for answer in answers {
            let first = try answer.outcome.get()[0]
            #expect(["127.0.0.1", "[::1]"].map { "\($0):\(7600 + answer.peer.index)" }.contains("\(first)"))
        }
    }

    @Test("a name that is not known is an answer too")
    func unknown() throws {
        var lookups = NameLookups()
        let isAsked = lookups.ask(.init(peer: NodeID(1), address: "no-such-host.invalid:1"))
        #expect(isAsked)
        let answer = try #require(try Self.answers(1, of: &lookups).first)
        let fault = #expect(throws: ConfigurationFault.self) { try answer.outcome.get() }
        #expect(fault?.description.hasPrefix("cannot resolve 'no-such-host.invalid:1': ") == true)
    }

    @Test("under a name a node listens everywhere, and is reached by the name; under an address at that address")
    func listening() throws {
        let address = try Socket.listen(on: SocketAddress(listeningAt: "host-7.mesh:0")).address
        let (host, port) = ("\(address)".prefix { $0 != "]" }, "\(address)".split(separator: ":").last ?? "")
        #expect(host == "[::" || "\(address)".hasPrefix("0.0.0.0:"))
        #expect(address.reached(by: "Host-7.mesh:0") == "host-7.mesh:\(port)")
        for text in ["127.0.0.1:0", "localhost:0"] {
            let address = try Socket.listen(on: SocketAddress(listeningAt: text)).address
            #expect(!"\(address)".hasPrefix("[::]") && address.reached(by: text) == "\(address)")
        }
    }
}
