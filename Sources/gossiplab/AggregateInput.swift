// What `gossiplab aggregate` reads: vectors, who is who among them, and parameters for all that is named on the
// command line.
import Aggregation
import JSON
import Kernels
import Registry
import Scenario

struct AggregateInput {
    private static let keys = [
        "vectors", "self", "weights", "parameters", "modelBefore", "hostile", "seed", "round", "rounds", "stepSize",
    ]

    /// n vectors of one length, at least one of each.
    let vectors: [[Double]]
    /// The row of the node's own vector.
    let own: Int?
    /// One a vector; what they leave to 1 stays with the own one.
    let weights: [Double]?
    let parameters: JSONObject
    let modelBefore: [Double]?
    /// Rows that an oracle names.
    let hostile: [Int]?
    let seed: UInt64
    let round: Int
    let rounds: Int
    let stepSize: Double

    init(_ bytes: [UInt8], name: String) throws(ConfigurationFault) {
        let object = try StrictJSON.read(bytes, name: name).object("")
        try object.refuseUnknownKeys(known: Self.keys)
        let rows = try object.required("vectors", expected: "an array of vectors")
        let vectors = try Self.vectors(rows)
        self.vectors = vectors
        own = try object["self"].map { value throws(ConfigurationFault) in
            try value.count("self", in: 0...vectors.count - 1)
        }
        weights = try object["weights"].map { value throws(ConfigurationFault) in
            try Self.weights(value, count: vectors.count)
        }
        parameters =
            try object["parameters"]?.object("parameters")
            ?? JSONObject(path: "parameters", members: [], position: object.position)
        modelBefore = try object["modelBefore"].map { value throws(ConfigurationFault) in
            let model = try Self.vector(value, key: "modelBefore")
            guard model.count == vectors[0].count else {
                throw value.fault("modelBefore has \(model.count) numbers; expected \(vectors[0].count)")
            }
            return model
        }
        hostile = try object["hostile"].map { value throws(ConfigurationFault) in
            var rows: [Int] = []
            for (index, row) in try value.array("hostile").enumerated() {
                rows.append(try row.count("hostile.\(index)", in: 0...vectors.count - 1))
            }
            return rows
        }
        seed = try object["seed"].map { value throws(ConfigurationFault) in try value.seed("seed") } ?? 0
        let most = 1_000_000_000
        rounds =
            try object["rounds"].map { value throws(ConfigurationFault) in try value.count("rounds", in: 1...most) }
            ?? 1
        round =
            try object["round"].map { value throws(ConfigurationFault) in try value.count("round", in: 0...most) } ?? 0
        stepSize = try object["stepSize"].map { value throws(ConfigurationFault) in try value.number("stepSize") } ?? 0
    }

    static func vectors(_ value: JSONValue) throws(ConfigurationFault) -> [[Double]] {
        var vectors: [[Double]] = []
        for (row, element) in try value.array("vectors").enumerated() {
            let vector = try vector(element, key: "vectors.\(row)")
            if let first = vectors.first, vector.count != first.count {
                throw element.fault("vectors.\(row) has \(vector.count) numbers; expected \(first.count) as vectors.0")
            }
            vectors.append(vector)
        }
        guard let first = vectors.first else { throw value.fault("vectors is empty; expected at least one vector") }
        guard !first.isEmpty else { throw value.fault("vectors.0 is empty; expected at least one number") }
        return vectors
    }

    /// Numbers that a Float can hold, as nodes do.
    static func vector(_ value: JSONValue, key: String) throws(ConfigurationFault) -> [Double] {
        var vector: [Double] = []
        for (index, element) in try value.array(key).enumerated() {
            let number = try element.number("\(key).\(index)")
            guard Float(number).isFinite else {
                throw element.fault(
                    "\(key).\(index) is \(element.summary); allowed: numbers up to \(Float.greatestFiniteMagnitude)")
            }
            vector.append(number)
        }
        return vector
    }

    static func weights(_ value: JSONValue, count: Int) throws(ConfigurationFault) -> [Double] {
        var weights: [Double] = []
        for (index, element) in try value.array("weights").enumerated() {
            let weight = try element.number("weights.\(index)")
            guard weight >= 0 else {
                throw element.fault("weights.\(index) is \(element.summary); allowed: a number from 0 to 1")
            }
            weights.append(weight)
        }
        guard weights.count == count else {
            throw value.fault("weights has \(weights.count) numbers; expected \(count), one a vector")
        }
        let sum = weights.reduce(0, +)
        guard sum <= 1 + Budget.tolerance else {
            throw value.fault("weights add up to \(sum); allowed: up to 1")
        }
        return weights
    }
}
