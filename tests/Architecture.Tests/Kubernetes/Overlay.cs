using System.Diagnostics;
using CityTwin.Testing;
using k8s;
using k8s.Models;

namespace CityTwin.Architecture.Tests.Kubernetes;

/// <summary>What an overlay under <c>k8s/overlays</c> comes to, each document read into its own type.</summary>
internal sealed class Overlay
{
    private Overlay(List<object> documents) => Documents = documents;

    public List<object> Documents { get; }

    /// <summary>The pods that come of it, by the name of what makes them.</summary>
    public IEnumerable<(string Name, V1PodTemplateSpec Pod)> Pods => Documents.SelectMany<object, (string, V1PodTemplateSpec)>(document => document switch
    {
        V1StatefulSet set => [(set.Metadata.Name, set.Spec.Template)],
        V1Deployment deployment => [(deployment.Metadata.Name, deployment.Spec.Template)],
        V1Job job => [(job.Metadata.Name, job.Spec.Template)],
        _ => [],
    });

    public IEnumerable<T> Of<T>() => Documents.OfType<T>();

    /// <summary>Builds an overlay. A field that no type has is a fault, as is a document of unknown kind.</summary>
    public static Overlay Build(string name)
    {
        var start = new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Repository.Root, "k8s", "overlays", name)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var kubectl = Process.Start(start) ?? throw new InvalidOperationException("kubectl did not start: install kubernetes-client.");
        var errors = kubectl.StandardError.ReadToEndAsync();
        var text = kubectl.StandardOutput.ReadToEnd();
        kubectl.WaitForExit();
        return kubectl.ExitCode == 0
            ? new(KubernetesYaml.LoadAllFromString(text, strict: true))
            : throw new InvalidOperationException($"kubectl kustomize {name}: {errors.GetAwaiter().GetResult()}");
    }
}
