using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// A cluster wants the machine for itself.
[assembly: Parallelization(Mode = ParallelMode.None)]
