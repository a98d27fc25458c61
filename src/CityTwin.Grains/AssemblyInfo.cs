using CityTwin.Core.Cascades;
using Orleans;

// Core only marks its records; their serializers are generated here.
[assembly: GenerateCodeForDeclaringAssembly(typeof(SegmentState))]
