using System.Collections.Frozen;
using CityTwin.Core.Access;
using Google.Protobuf.Reflection;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Access;

/// <summary>Every action behind a door of this server: read from the contract, so that a new RPC cannot be forgotten.</summary>
public static class AccessActions
{
    public const string Events = "GET /v1/events";
    public const string Metrics = "GET /metrics";
    public const string Health = "GET /healthz";

    /// <summary>The first page of the console; its circuit is allowed to whoever may open any page.</summary>
    public const string FirstPage = PermissionFile.PagePrefix + "/";

    /// <summary>Where one signs in, and out.</summary>
    public const string SignIn = PermissionFile.PagePrefix + SignInPage.Path;

    /// <summary>The methods of the contract.</summary>
    public static IReadOnlyList<MethodDescriptor> Methods { get; } =
        [.. ServicesOfTheContract().SelectMany(service => service.Methods)];

    /// <summary>The console's pages.</summary>
    public static IReadOnlyList<string> Pages { get; } = ["/", "/breaches", "/health"];

    public static FrozenSet<string> All { get; } = new[]
    {
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        Events,
        Metrics,
        Health,
        SignIn,
    }
    .Concat(Methods.Concat(Grpc.Health.V1.Health.Descriptor.Methods).Select(Of))
    .Concat(Pages.Select(page => PermissionFile.PagePrefix + page))
    .Concat(TopicRules.Actions).ToFrozenSet(StringComparer.Ordinal);

    public static string Of(MethodDescriptor method) => $"{method.Service.FullName}/{method.Name}";

    private static IEnumerable<ServiceDescriptor> ServicesOfTheContract() =>
        typeof(V1.ZoneService).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor", typeof(ServiceDescriptor))?.GetValue(null)).OfType<ServiceDescriptor>()
            .OrderBy(service => service.FullName, StringComparer.Ordinal);
}
