// Every rule that an experiment can name. A new rule is one file in Gossip/ and one line here.
import Kernels

public enum RuleCatalog {
    public static let gossip = Catalog<any GossipRule.Type>(
        "rule",
        [
            NoCommunication.self,
            WeightedMean.self,
            ClippedSumPlus.self,
            GeometricTrimmedSum.self,
            ClippedGossip.self,
            SelfCentredClipping.self,
            RemoveThenClip.self,
            NearestNeighbourAverage.self,
            IterativeOutlierScissor.self,
            Balance.self,
            LossFilteredAverage.self,
            TrimmedNeighbourMean.self,
            NeighbourhoodMedian.self,
            NearbyValuesMean.self,
            TotalVariationPenalty.self,
        ], as: { $0 })
}
