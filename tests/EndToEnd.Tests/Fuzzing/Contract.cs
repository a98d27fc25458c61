using System.Reflection;
using CityTwin.Protocol.V1;
using Google.Api;
using Google.Protobuf.Reflection;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>What can be called, as the descriptors have it.</summary>
internal static class Contract
{
    public static IReadOnlyList<MethodDescriptor> Methods { get; } =
    [
        .. typeof(ZonesReflection).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(FileDescriptor))
            .SelectMany(property => ((FileDescriptor)property!.GetValue(null)!).Services)
            .SelectMany(service => service.Methods).OrderBy(method => method.FullName, StringComparer.Ordinal),
    ];

    /// <summary>Those that REST has as well, and how.</summary>
    public static IReadOnlyList<(MethodDescriptor Method, HttpRule Rule)> Routes { get; } =
        [.. Methods.Select(method => (method, Rule: method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)!)).Where(route => route.Rule is not null)];
}
