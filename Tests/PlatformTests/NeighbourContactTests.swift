// Contact with neighbours: whom a node dials, whom it passes over, and what it says while it has reached nobody.
import Kernels
import Scenario
import Testing
import Wire

@testable import Platform

@Suite("Contact with neighbours")
struct NeighbourContactTests {
    private static let run = RunNonce(hashing: "this run")

    private static func addresses(_ known: [String?] = [], in folder: String) -> NeighbourAddresses {
        NeighbourAddresses(known: known, folder: folder, run: run)
    }

    /// Leaves the endpoint file of a node of a run.
    private static func leave(_ address: String, ofNode node: Int, run: RunNonce, in folder: String) throws {
        let path = NodeDirectory("\(folder)/\(node)")
        try Files.makeDirectory(path.path)
        try Files.write(Endpoint(address: address, pid: 1, incarnation: 1, nonce: run).json, to: path.endpoint)
    }

    private static func contact(
        of node: Int, neighbours: [Int], _ addresses: NeighbourAddresses, from start: Instant? = moment(0)
    ) -> NeighbourContact {
        let local = LinkIdentity(
            experiment: [UInt8](repeating: 1, count: 32), run: run, node: NodeID(node), incarnation: 1,
            limits: Limits(.model(1)))
        let settings = TransportSettings(
            local: local, keys: nil, neighbours: neighbours.map { NodeID($0) }, listen: "127.0.0.1:0",
            patience: .milliseconds(400), addressOf: addresses.address)
        return NeighbourContact(settings, addresses: addresses, from: start, joining: .milliseconds(60_000))
    }

    private static func moment(_ milliseconds: Int) -> Instant { Instant(nanoseconds: .milliseconds(milliseconds)) }

    @Test("a neighbour is dialled where the topology or its endpoint file says; a file of another run says nothing")
    func addresses() throws {
        let folder = try TemporaryDirectory()
        try Self.leave("127.0.0.1:7001", ofNode: 1, run: Self.run, in: folder.path)
        try Self.leave("127.0.0.1:7002", ofNode: 2, run: RunNonce(hashing: "another run"), in: folder.path)
        try Self.leave("127.0.0.1:7003", ofNode: 3, run: .none, in: folder.path)
        try Self.leave("127.0.0.1:7004", ofNode: 4, run: Self.run, in: folder.path)
        try Files.write(Array(#"{"address": "127.0.0.1:7004", "pid": 1"#.utf8), to: "\(folder.path)/4/endpoint.json")
        let addresses = Self.addresses(
            ["10.0.0.1:7600", "10.0.0.2:0", nil, nil, nil, "10.0.0.6:7600"], in: folder.path)
        #expect(
            (0..<7).map { addresses.address(of: NodeID($0)) }
                == ["10.0.0.1:7600", "127.0.0.1:7001", nil, nil, nil, "10.0.0.6:7600", nil])
        // The node has been started again, in this run.
        try Self.leave("127.0.0.1:7012", ofNode: 2, run: Self.run, in: folder.path)
        #expect(addresses.address(of: NodeID(2)) == "127.0.0.1:7012")
    }

    @Test("a node that meets nobody says once whom it waits for and where")
    func word() throws {
        let folder = try TemporaryDirectory()
        try Self.leave("127.0.0.1:7003", ofNode: 3, run: .none, in: folder.path)
        try Self.leave("127.0.0.1:7004", ofNode: 4, run: Self.run, in: folder.path)
        let addresses = Self.addresses([nil, nil, nil, nil, nil, "10.0.0.6:7600"], in: folder.path)
        var contact = Self.contact(of: 2, neighbours: [0, 1, 3, 4, 5, 6], addresses)
        #expect(contact.nextWordAt == Self.moment(1_000))
        #expect(contact.word(at: Self.moment(999), listening: "127.0.0.1:7002") == nil)
        #expect(
            contact.word(at: Self.moment(1_000), listening: "127.0.0.1:7002")
                == "no neighbour yet; dials 3 by \(folder.path)/3/endpoint.json, which is of another run, 4 at "
                + "127.0.0.1:7004, 5 at 10.0.0.6:7600, 6 by \(folder.path)/6/endpoint.json, which is not there; "
                + "is dialled at 127.0.0.1:7002 by 0, 1")
        #expect(contact.word(at: Self.moment(2_000), listening: "") == nil)
        #expect(contact.nextWordAt == Self.moment(60_000))
        #expect(
            contact.isolationWarning
                == "never reached a neighbour (0, 1, 3, 4, 5, 6): its model comes from its own data alone")
    }

    @Test("a node that goes on without some says whom, once, when the time to join is over")
    func joining() {
        var contact = Self.contact(
            of: 2, neighbours: [0, 1, 3, 4], Self.addresses([nil, nil, nil, "host-3:1", "host-4:1"], in: ""))
        contact.linkUp(NodeID(0))
        contact.linkUp(NodeID(4))
        #expect(!contact.isAlone && contact.nextWordAt == Self.moment(60_000))
        #expect(contact.word(at: Self.moment(59_999), listening: "") == nil)
        #expect(
            contact.word(at: Self.moment(60_000), listening: "host-2:1")
                == "goes on after 60 s without 1, 3; dials 3 at host-3:1; is dialled at host-2:1 by 1")
        #expect(contact.word(at: Self.moment(70_000), listening: "") == nil && contact.nextWordAt == nil)
    }

    @Test("of many neighbours it names a few")
    func many() {
        let addresses = Self.addresses((0..<40).map { "10.0.0.\($0):1" }, in: "")
        var contact = Self.contact(of: 0, neighbours: Array(1..<40), addresses)
        let word = contact.word(at: Self.moment(1_000), listening: "") ?? ""
        #expect(word.hasSuffix("8 at 10.0.0.8:1 and 31 more") && !word.contains("is dialled"))
    }

    @Test("who has met a neighbour, or has none, says nothing, however things go on")
    func contented() {
        var met = Self.contact(of: 0, neighbours: [1, 2], Self.addresses(in: ""))
        #expect(met.isAlone)
        met.linkUp(NodeID(1))
        met.linkUp(NodeID(2))
        var single = Self.contact(of: 0, neighbours: [], Self.addresses(in: ""))
        #expect(single.word(at: Self.moment(5_000), listening: "") == nil && single.isolationWarning == nil)
        #expect(met.word(at: Self.moment(5_000), listening: "") == nil && met.isolationWarning == nil)
        #expect(met.nextWordAt == nil && single.nextWordAt == nil && !met.isAlone && !single.isAlone)
    }

    @Test("a node that a laboratory has started speaks at its end alone")
    func launched() {
        var contact = Self.contact(of: 0, neighbours: [1], Self.addresses(in: ""), from: nil)
        #expect(contact.word(at: Self.moment(5_000), listening: "") == nil && contact.isolationWarning != nil)
    }
}
