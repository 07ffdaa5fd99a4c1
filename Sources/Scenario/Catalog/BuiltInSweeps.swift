// Sweeps that come with the program, as the JSON that a user would write.
public import Kernels

/// A named sweep.
public struct BuiltInSweep: Sendable {
    public let name: String
    /// One sentence for listings.
    public let summary: String
    public let json: String
}

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
                "aggregation.rule": {
                  "no communication": "noCommunication",
                  "weighted mean": "weightedMean",
                  "CS+": "csPlus",
                  "GTS": "gts",
                  "ClippedGossip": "clippedGossip",
                  "ClippedGossip, τ = 1": {"kind": "clippedGossip", "mode": "fixed", "radius": 1},
                  "SCC, τ = 1": "selfCentredClipping",
                  "RTC": "rtc",
                  "NNA": "nna",
                  "IOS": "ios",
                  "BALANCE": "balance",
                  "UBAR": "ubar",
                  "BRIDGE-T": "trimmedNeighbourMean",
                  "BRIDGE-M": "neighbourhoodMedian",
                  "W-MSR": "wmsr",
                  "DRSA": "drsa"
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
