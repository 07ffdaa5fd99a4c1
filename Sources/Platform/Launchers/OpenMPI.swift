// Open MPI's mpirun, and PRRTE's under its name.
enum OpenMPI: JobLauncher {
    static let name = "Open MPI"
    static var rankVariables: (rank: String, size: String?)? { ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE") }
}
