// A contact trace: who met whom in which round, as badges, phones or logs recorded it, in a file of comma-separated
// values or written out.
import Graphs
import JSON
import Kernels
import Registry

/// Contacts, which are links of their rounds and of no other.
struct ContactTrace: WrittenSchedule {
    static let name = "contacts"
    static let summary = "Who meets whom in which round, from a trace; Metropolis weights of each round's contacts."
    static let keys: KeyValuePairs = [
        "file": "a path, which may begin beside the topology file: lines of round, a, b, with or without a heading",
        "contacts": "in place of a file: a list of triples, round and two ids, ascending by round",
        "step": "how much of the file's time is a round (default 1)",
        "start": "the file's time with which round 0 begins (default 0)",
        "rounds": "how long the trace is (default: up to its last contact)",
        "after": "what comes then: repeat, hold (the last round goes on) or end (nobody meets; default: repeat)",
    ]
    static let bringsWeights = true
    static let bringsEdges = true

    /// Ascending, once each.
    private let contacts: [Contact]
    private let length: Int
    private let after: AfterTrace

    init(_ object: JSONObject, _ reader: ScheduleReader) throws(ConfigurationFault) {
        try object.refuseUnknownKeys(known: ["kind"] + Self.keys.map(\.key))
        guard !reader.graph.directed else {
            throw ConfigurationFault(
                "the schedule \(Self.name) is for undirected graphs, and the edges here are directed",
                at: object.position.description)
        }
        var list = ContactList(reader)
        var place = object.position
        switch (object["file"], object["contacts"]) {
        case (let file?, nil):
            place = file.position
            try list.read(file, object)
        case (nil, let contacts?):
            place = contacts.position
            if let key = ["step", "start"].first(where: { object[$0] != nil }) {
                throw ConfigurationFault(
                    "\(object.path(of: key)) goes with a file; contacts name rounds", at: place.description)
            }
            try list.read(contacts, object.path(of: "contacts"))
        default:
            throw ConfigurationFault(
                "\(object.path) has \(object["file"] == nil ? "neither file nor" : "both file and") contacts; "
                    + "expected one of them", at: place.description)
        }
        contacts = try place.locating { () throws(ConfigurationFault) in try list.finish(reader.room) }
        let last = contacts.last?.round ?? 0
        length = try object["rounds"]?.count(object.path(of: "rounds"), in: last + 1...Contact.mostRounds) ?? last + 1
        after =
            try object["after"].map { value throws(ConfigurationFault) -> AfterTrace in
                let key = object.path(of: "after")
                let given = try value.text(key)
                guard let after = AfterTrace(rawValue: given) else {
                    throw ConfigurationFault(
                        .unknown(noun: key, given: given, known: AfterTrace.allCases.map(\.rawValue)),
                        at: value.position.description)
                }
                return after
            } ?? .repeat
    }

    func links(on graph: Topology, rule: Weighting, samples: [Int]?) throws(ConfigurationFault) -> any LinkSchedule {
        ContactLinks(graph, contacts: contacts, length: length, after: after)
    }

    /// The trace itself, so that a run needs no other file.
    func json(_ label: @escaping NodeWriter) -> JSONValue {
        let contacts = contacts
        return .object([
            "kind": .text(Self.name), "rounds": .number(length), "after": .text(after.rawValue),
            "contacts": .rows(contacts.count) { index in
                let contact = contacts[index]
                return .array([.number(contact.round), label(contact.low), label(contact.high)])
            },
        ])
    }
}

/// The contacts of a trace while it is read.
private struct ContactList {
    private let graph: Topology
    private let files: FileReader
    private var contacts: [Contact] = []
    private var lastTime = 0

    init(_ reader: ScheduleReader) {
        graph = reader.graph
        files = reader.files
    }

    /// The contacts in their order, once each.
    func finish(_ room: MemoryRoom) throws(ConfigurationFault) -> [Contact] {
        // What is kept of a contact is about half of what is kept of a link.
        try MemoryNeed(ofGraph: GraphSize(nodes: graph.nodeCount, links: contacts.count / 2)).check(room)
        var once: [Contact] = []
        once.reserveCapacity(contacts.count)
        for contact in contacts.sorted() where once.last != contact { once.append(contact) }
        return once
    }

    // MARK: - A file

    /// Where in a line what stands.
    private struct Columns {
        var time = 0
        var one = 1
        var other = 2
        var count = 3
        var hasHeading = false

        init() {}

        /// What a heading says, if the line is one.
        init?(heading row: TextRow) {
            let words = row.words.map { $0.text.lowercased() }
            guard let time = words.firstIndex(where: ["round", "t", "time", "timestamp"].contains),
                let one = words.firstIndex(where: ["a", "i", "u", "node1", "id1", "source", "from"].contains),
                let other = words.firstIndex(where: ["b", "j", "v", "node2", "id2", "target", "to"].contains)
            else { return nil }
            (self.time, self.one, self.other) = (time, one, other)
            (count, hasHeading) = (words.count, true)
        }
    }

    mutating func read(_ value: JSONValue, _ object: JSONObject) throws(ConfigurationFault) {
        let path = Self.path(try value.text(object.path(of: "file")), beside: value.position.file)
        let step = try object["step"]?.count(object.path(of: "step"), in: 1...Int.max) ?? 1
        let start = try object["start"]?.count(object.path(of: "start")) ?? 0
        let bytes = try value.position.locating { () throws(ConfigurationFault) in try files(path) }
        var rows = TextRows(JSONSource(name: path, bytes: bytes))
        var columns = Columns()
        var isFirst = true
        while let row = try rows.next() {
            defer { isFirst = false }
            if let attributes = row.attributes {
                throw rows.fault(
                    "the line has '\(excerpt(of: attributes.text))'; expected no attributes", at: attributes.offset)
            }
            if isFirst, let heading = Columns(heading: row) {
                columns = heading
                continue
            }
            guard row.words.count == columns.count else {
                let expected = columns.hasHeading ? "\(columns.count), as in the heading" : "round, a, b"
                throw rows.fault(
                    "the line has \(row.words.count) \(row.words.count == 1 ? "word" : "words"); expected \(expected)",
                    at: row.offset)
            }
            let word = row.words[columns.time]
            guard let time = word.index else {
                let hint = isFirst ? ", or a heading such as round,a,b" : ""
                throw rows.fault(
                    "the round is '\(excerpt(of: word.text))'; expected a whole number from 0\(hint)", at: word.offset)
            }
            guard time >= start, (time - start) / step < Contact.mostRounds else {
                let allowed = time < start ? "from start (\(start))" : "less than \(Contact.mostRounds) rounds"
                throw rows.fault("the round is \(time); allowed: \(allowed)", at: word.offset)
            }
            do throws(ConfigurationFault) {
                try checkOrder(time)
                try add(
                    (time - start) / step, try node(row.words[columns.one].text),
                    try node(row.words[columns.other].text))
            } catch {
                throw error.located(at: rows.source.position(at: row.offset).description)
            }
        }
        guard !contacts.isEmpty else {
            throw ConfigurationFault("the trace has no contact; expected lines of round, a, b", at: path)
        }
    }

    /// A path that begins beside a file.
    private static func path(_ path: String, beside file: String?) -> String {
        guard !path.hasPrefix("/"), let file, let slash = file.lastIndex(of: "/") else { return path }
        return "\(file[...slash])\(path)"
    }

    private func node(_ label: String) throws(ConfigurationFault) -> NodeID {
        guard let node = graph.node(labelled: label) else {
            throw ConfigurationFault(.unknown(noun: "node", given: label, known: graph.labels))
        }
        return node
    }

    // MARK: - Written out

    mutating func read(_ value: JSONValue, _ key: String) throws(ConfigurationFault) {
        for element in try value.array(key) {
            let parts = Array(try element.array(key))
            guard parts.count == 3 else {
                throw element.fault("a contact of \(key) has \(parts.count) parts; expected a round and two ids")
            }
            let round = try parts[0].count("a round of \(key)", in: 0...Contact.mostRounds - 1)
            let ends = [try parts[1].nodeLabel(key), try parts[2].nodeLabel(key)]
            try element.position.locating { () throws(ConfigurationFault) in
                try checkOrder(round)
                try add(round, try node(ends[0]), try node(ends[1]))
            }
        }
        guard !contacts.isEmpty else { throw value.fault("\(key) is empty; expected at least one contact") }
    }

    // MARK: - What is allowed

    private mutating func checkOrder(_ time: Int) throws(ConfigurationFault) {
        guard time >= lastTime else {
            throw ConfigurationFault("the trace goes back from \(lastTime) to \(time); expected rounds that ascend")
        }
        lastTime = time
    }

    private mutating func add(_ round: Int, _ one: NodeID, _ other: NodeID) throws(ConfigurationFault) {
        guard one != other else {
            throw ConfigurationFault("'\(graph.labels[one.index])' meets itself; expected two nodes")
        }
        guard graph.edges.isEmpty || graph.hasLink(from: one, to: other) else {
            throw ConfigurationFault(
                "the graph has no edge '\(graph.labels[one.index])' - '\(graph.labels[other.index])'; allowed: "
                    + "contacts along its edges, or a file without edges, which takes them all")
        }
        let contact = Contact(round, one, other)
        // Finer times of one round come to the same.
        if contacts.last != contact { contacts.append(contact) }
    }
}
