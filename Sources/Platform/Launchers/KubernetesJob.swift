// Indexed Jobs of Kubernetes: pods are told their index, and not how many there are.
enum KubernetesJob: JobLauncher {
    static let name = "Kubernetes"
    static var rankVariables: (rank: String, size: String?)? { ("JOB_COMPLETION_INDEX", nil) }
    static var arrayVariables: ArrayVariables? { ArrayVariables(index: "JOB_COMPLETION_INDEX") }
}
