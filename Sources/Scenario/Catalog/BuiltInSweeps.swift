// Sweeps that come with the program, as the JSON that a user would write.
import Registry

/// A named sweep.
public struct BuiltInSweep: Sendable {
    public let name: String
    /// One sentence for listings.
    public let summary: String
    public let json: String
}

/// The sweeps that come with the program.
public enum BuiltInSweeps {
    public static let all = [rulesAndAttacks]

    public static func named(_ name: String) throws(ConfigurationFault) -> BuiltInSweep {
        guard let sweep = all.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "sweep", given: name, known: all.map(\.name)))
        }
        return sweep
    }

    static let rulesAndAttacks = BuiltInSweep(
        name: "rules-and-attacks",
        summary: "Every rule against every attack on quickstart's graph and data, five seeds each.",
        json: """
            {
              "name": "rules-and-attacks",
              "base": "quickstart",
              "grid": {
                "aggregation": {
                  "no communication": {"rule": "noCommunication", "tolerates": {"kind": "declared", "count": 2}},
                  "weighted mean": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 2}},
                  "CS+": {"rule": "csPlus", "tolerates": {"kind": "declared", "count": 2}},
                  "GTS": {"rule": "gts", "tolerates": {"kind": "declared", "count": 2}},
                  "ClippedGossip": {"rule": "clippedGossip", "tolerates": {"kind": "declared", "count": 2}},
                  "ClippedGossip, τ = 1": {
                    "rule": {"kind": "clippedGossip", "mode": "fixed", "radius": 1},
                    "tolerates": {"kind": "declared", "count": 2}
                  },
                  "SCC, τ = 1": {"rule": "selfCentredClipping", "tolerates": {"kind": "declared", "count": 2}},
                  "RTC": {"rule": "rtc", "tolerates": {"kind": "declared", "count": 2}},
                  "NNA": {"rule": "nna", "tolerates": {"kind": "declared", "count": 2}},
                  "IOS": {"rule": "ios", "tolerates": {"kind": "declared", "count": 2}},
                  "BALANCE": {"rule": "balance", "tolerates": {"kind": "declared", "count": 2}},
                  "UBAR": {"rule": "ubar", "tolerates": {"kind": "declared", "count": 2}},
                  "BRIDGE-T": {"rule": "trimmedNeighbourMean", "tolerates": {"kind": "declared", "count": 2}},
                  "BRIDGE-M": {"rule": "neighbourhoodMedian", "tolerates": {"kind": "declared", "count": 2}},
                  "BRIDGE-K, Krum": {"rule": "krum", "tolerates": {"kind": "declared", "count": 2}},
                  "BRIDGE-B, Bulyan": {"rule": "bulyan", "tolerates": {"kind": "declared", "count": 2}},
                  "W-MSR": {"rule": "wmsr", "tolerates": {"kind": "declared", "count": 2}},
                  "DRSA": {"rule": "drsa", "tolerates": {"kind": "declared", "count": 2}},
                  "RPEL": {"rule": "rpel", "tolerates": {"kind": "declared", "count": 2}},
                  "Multi-Krum": {"rule": "multiKrum", "tolerates": {"kind": "declared", "count": 2}},
                  "geometric median": {"rule": "geometricMedian", "tolerates": {"kind": "declared", "count": 2}},
                  "MeaMed": {"rule": "meamed", "tolerates": {"kind": "declared", "count": 2}},
                  "FABA": {"rule": "faba", "tolerates": {"kind": "declared", "count": 2}},
                  "CAF": {"rule": "caf", "tolerates": {"kind": "declared", "count": 2}},
                  "MDA": {"rule": "mda", "tolerates": {"kind": "declared", "count": 2}},
                  "SMEA": {"rule": "smea", "tolerates": {"kind": "declared", "count": 2}},
                  "centred clipping": {"rule": "centredClipping", "tolerates": {"kind": "declared", "count": 2}},
                  "NNM, trimmed mean": {
                    "rule": "trimmedMean", "before": ["nnm"],
                    "tolerates": {"kind": "declared", "count": 2}
                  }
                },
                "adversary": {
                  "none": [],
                  "Gaussian": {"nodes": ["3", "7", "11"], "attack": "gaussian"},
                  "sign flip": {"nodes": ["3", "7", "11"], "attack": "signFlip"},
                  "label flip": {"nodes": ["3", "7", "11"], "attack": "labelFlip"},
                  "ALIE": {"nodes": ["3", "7", "11"], "attack": "alie"},
                  "dissensus": {"nodes": ["3", "7", "11"], "attack": "dissensus"},
                  "dissensus, taps": {"nodes": ["3", "7", "11"], "attack": "dissensus", "taps": "victims"}
                },
                "seed": [1, 2, 3, 4, 5]
              }
            }

            """)
}
