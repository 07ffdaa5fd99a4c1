// What `gossiplab forge` reads: the honest vectors of a round, what the attacker has of its own, and parameters for the
// attack and for the rule that it knows.
import JSON
import Kernels
import Registry
import Scenario

struct ForgeInput {
    private static let keys = [
        "vectors", "victim", "own", "before", "weights", "f", "nodes", "parameters", "ruleParameters", "seed", "round",
    ]

    /// The honest vectors that are heard, of one length.
    let vectors: [[Double]]
    /// The row of the victim's own vector; without one, it is a server that has none.
    let victim: Int?
    /// Of the attacker, after its local steps and before.
    let own: [Double]
    let before: [Double]?
    /// One a vector, in the victim's mix; what they leave to 1 is the weight of the hostile nodes together.
    let weights: [Double]
    /// Hostile nodes, all of which send the forgery.
    let hostile: Int
    /// Of the whole graph.
    let nodes: Int
    let parameters: JSONObject
    let ruleParameters: JSONObject
    let seed: UInt64
    let round: Int

    init(_ bytes: [UInt8], name: String) throws(ConfigurationFault) {
        let object = try StrictJSON.read(bytes, name: name).object("")
        try object.refuseUnknownKeys(known: Self.keys)
        let vectors = try AggregateInput.vectors(try object.required("vectors", expected: "an array of vectors"))
        self.vectors = vectors
        victim = try object["victim"].map { value throws(ConfigurationFault) in
            try value.count("victim", in: 0...vectors.count - 1)
        }
        func vector(_ key: String) throws(ConfigurationFault) -> [Double]? {
            try object[key].map { value throws(ConfigurationFault) in
                let vector = try AggregateInput.vector(value, key: key)
                guard vector.count == vectors[0].count else {
                    throw value.fault("\(key) has \(vector.count) numbers; expected \(vectors[0].count)")
                }
                return vector
            }
        }
        own = try vector("own") ?? vectors[0]
        before = try vector("before")
        let hostile =
            try object["f"].map { value throws(ConfigurationFault) in
                // A rule that the attacker tries out gets so many copies.
                try value.count("f", in: 1...max(1, min(10_000, 100_000_000 / vectors[0].count)))
            } ?? 1
        self.hostile = hostile
        nodes =
            try object["nodes"].map { value throws(ConfigurationFault) in
                try value.count("nodes", in: 1...1_000_000_000)
            } ?? vectors.count + hostile
        weights =
            try object["weights"].map { value throws(ConfigurationFault) in
                try AggregateInput.weights(value, count: vectors.count)
            } ?? [Double](repeating: 1 / Double(vectors.count + hostile), count: vectors.count)
        func parameters(_ key: String) throws(ConfigurationFault) -> JSONObject {
            try object[key]?.object(key) ?? JSONObject(path: key, members: [], position: object.position)
        }
        self.parameters = try parameters("parameters")
        ruleParameters = try parameters("ruleParameters")
        seed = try object["seed"].map { value throws(ConfigurationFault) in try value.seed("seed") } ?? 0
        round =
            try object["round"].map { value throws(ConfigurationFault) in
                try value.count("round", in: 0...1_000_000_000)
            } ?? 0
    }
}
