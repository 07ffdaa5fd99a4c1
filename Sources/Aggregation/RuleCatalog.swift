// Every rule that an experiment can name. A new rule is one file and one line here: in Gossip/ where it trusts the own
// model, in Rules/ where it judges a set of vectors, in PreAggregations/ where it prepares them.
import Registry

/// The rules and pre-aggregations that an experiment can name.
public enum RuleCatalog {
    /// What a node can mix by: every rule that is listed below.
    public static let gossip = Catalog<any GossipRule.Type>(
        "rule", selfCentred.entries + aggregation.entries.map(onNeighbourhood), as: { $0 })

    /// Rules that trust the own model.
    public static let selfCentred = Catalog<any GossipRule.Type>(
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
            EpidemicSampling.self,
        ], as: { $0 })

    /// Rules that make one vector of a set.
    public static let aggregation = Catalog<any AggregationRule.Type>(
        "rule",
        [
            Mean.self,
            CoordinateMedian.self,
            TrimmedMean.self,
            GeometricMedian.self,
            MedianOfMeans.self,
            Krum.self,
            MultiKrum.self,
            MinimumDiameter.self,
            MinimumVariance.self,
            SmallestEigenvalue.self,
            CovarianceFilter.self,
            NearestToPivot.self,
            MeanAroundMedian.self,
            Phocas.self,
            CentredClipping.self,
            FABA.self,
            ComparativeElimination.self,
            Bulyan.self,
            LFighter.self,
            SignMajority.self,
        ], as: { $0 })

    /// What can come before a rule of a set.
    public static let preAggregations = Catalog<any PreAggregation.Type>(
        "pre-aggregation",
        [
            StaticClipping.self,
            AdaptiveClipping.self,
            NearestNeighbourMixing.self,
            Bucketing.self,
        ], as: { $0 })

    private static func onNeighbourhood(_ type: any AggregationRule.Type) -> any GossipRule.Type {
        func adapted<Rule: AggregationRule>(_ type: Rule.Type) -> any GossipRule.Type { OnNeighbourhood<Rule>.self }
        return adapted(type)
    }
}
