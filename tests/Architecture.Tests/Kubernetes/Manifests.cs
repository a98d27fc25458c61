using System.Text.RegularExpressions;
using CityTwin.Testing;
using k8s.Models;
using Xunit;

namespace CityTwin.Architecture.Tests.Kubernetes;

/// <summary>What lies in <c>k8s/</c> fits together, and fits the silo it runs.</summary>
public sealed partial class Manifests
{
    private const string Silo = "citytwin-silo";

    public static TheoryData<string> Overlays => ["dev", "prod"];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Containers_run_with_least_privilege_and_bounded_memory(string name) => Assert.All(Containers(name), container =>
    {
        Assert.True(container.Of.SecurityContext.ReadOnlyRootFilesystem, $"{container.Of.Name} may write to its image.");
        Assert.False(container.Of.SecurityContext.AllowPrivilegeEscalation ?? true, $"{container.Of.Name} may gain rights.");
        Assert.Equal(["ALL"], container.Of.SecurityContext.Capabilities.Drop);
        Assert.True(container.Pod.Spec.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", container.Pod.Spec.SecurityContext.SeccompProfile.Type);
        Assert.False(container.Pod.Spec.AutomountServiceAccountToken ?? true);
        Assert.Contains("cpu", container.Of.Resources.Requests.Keys);
        Assert.Contains("memory", container.Of.Resources.Requests.Keys);
        Assert.Contains("memory", container.Of.Resources.Limits.Keys);
        Assert.Matches(":[a-z0-9.]+$", container.Of.Image);
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Whatever_keeps_running_is_probed_at_a_port_it_has(string name) => Assert.All(
        Containers(name).Where(container => container.Pod.Spec.RestartPolicy is null or "Always"),
        container =>
        {
            Assert.NotNull(container.Of.ReadinessProbe);
            Assert.NotNull(container.Of.LivenessProbe);
            Assert.All(
                new[] { container.Of.ReadinessProbe, container.Of.LivenessProbe, container.Of.StartupProbe }
                    .Select(probe => probe?.HttpGet?.Port.Value ?? probe?.TcpSocket?.Port.Value).OfType<string>(),
                port => Assert.Contains(port, container.Of.Ports.Select(exposed => exposed.Name)));
        });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Selectors_find_pods_and_named_ports_exist_there(string name)
    {
        var overlay = Overlay.Build(name);
        Assert.All(overlay.Of<V1Service>(), service => AssertPorts(
            overlay, service.Metadata.Name, service.Spec.Selector, service.Spec.Ports.Select(port => port.TargetPort.Value)));
        Assert.All(overlay.Of<V1NetworkPolicy>(), policy =>
        {
            var chosen = overlay.Pods.Where(pod => Matches(policy.Spec.PodSelector, pod.Pod.Metadata.Labels)).ToList();
            Assert.NotEmpty(chosen);
            var ports = (policy.Spec.Ingress ?? []).SelectMany(rule => rule.Ports ?? []).Select(port => port.Port.Value).Where(port => !int.TryParse(port, out _));
            Assert.All(ports, port => Assert.All(chosen, pod => Assert.Contains(port, PortsOf(pod.Pod))));
            AssertPeers(overlay, policy);
        });
        Assert.All(overlay.Of<V1StatefulSet>(), set => Assert.Contains(set.Spec.ServiceName, overlay.Of<V1Service>().Select(service => service.Metadata.Name)));
        Assert.All(overlay.Of<V1PodDisruptionBudget>(), budget => Assert.Single(overlay.Pods, pod => Matches(budget.Spec.Selector, pod.Pod.Metadata.Labels)));
        Assert.All(overlay.Of<V2HorizontalPodAutoscaler>(), scaler =>
        {
            var target = overlay.Of<V1StatefulSet>().Single(set => set.Metadata.Name == scaler.Spec.ScaleTargetRef.Name);
            Assert.InRange(target.Spec.Replicas ?? 0, scaler.Spec.MinReplicas ?? 0, scaler.Spec.MaxReplicas);
            Assert.InRange(scaler.Spec.MaxReplicas, 1, int.Parse(SettingsOf(overlay)["CITYTWIN_MQTT_SLOTS"], null));
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Services_say_what_is_spoken_behind_them(string name)
    {
        var overlay = Overlay.Build(name);
        var expected = SettingsOf(overlay).ContainsKey("CITYTWIN_TLS_CERTIFICATE_FILE") ? "https" : "kubernetes.io/h2c";

        Assert.Equal(expected, overlay.Of<V1Service>().Single(service => service.Metadata.Name == "citytwin").Spec.Ports.Single(port => port.Name == "grpc").AppProtocol);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Collector_reads_only_files_that_are_there(string name)
    {
        var overlay = Overlay.Build(name);
        var collector = overlay.Pods.Single(pod => pod.Name == "citytwin-collector").Pod.Spec;
        var mounted = overlay.Of<V1ConfigMap>().Single(config => config.Metadata.Name == collector.Volumes.Single().ConfigMap.Name).Data.Keys.ToHashSet();

        Assert.Equal(mounted, collector.Containers.Single().Args.Select(argument => Path.GetFileName(argument.Split('=')[1])).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Everything_referred_to_is_there(string name)
    {
        var overlay = Overlay.Build(name);
        var configs = overlay.Of<V1ConfigMap>().Select(config => config.Metadata.Name).ToHashSet();
        var accounts = overlay.Of<V1ServiceAccount>().Select(account => account.Metadata.Name).ToHashSet();
        Assert.All(overlay.Pods, pod =>
        {
            var spec = pod.Pod.Spec;
            Assert.Contains(spec.ServiceAccountName, accounts);
            Assert.All(spec.Containers.SelectMany(container => container.EnvFrom ?? []), source => Assert.Contains(source.ConfigMapRef.Name, configs));
            Assert.All(spec.Volumes.Where(volume => volume.ConfigMap is not null), volume => Assert.Contains(volume.ConfigMap.Name, configs));
            var claims = overlay.Of<V1StatefulSet>().Where(set => set.Metadata.Name == pod.Name).SelectMany(set => set.Spec.VolumeClaimTemplates ?? []).Select(claim => claim.Metadata.Name);
            var volumes = spec.Volumes.Select(volume => volume.Name).Concat(claims).ToHashSet();
            Assert.All(spec.Containers.SelectMany(container => container.VolumeMounts), mount => Assert.Contains(mount.Name, volumes));
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Secrets_are_referred_to_and_never_written_down(string name)
    {
        var overlay = Overlay.Build(name);
        Assert.Empty(overlay.Of<V1Secret>());
        Assert.DoesNotContain(overlay.Of<V1ConfigMap>().SelectMany(config => config.Data.Keys), key => key.Contains("PASSWORD", StringComparison.Ordinal) && !key.EndsWith("_FILE", StringComparison.Ordinal));

        // Whoever applies the overlay is told which secrets to make.
        var told = File.ReadAllText(Path.Combine(Repository.Root, "k8s", "overlays", name, name == "dev" ? "secrets.sh" : "kustomization.yaml"));
        Assert.All(
            overlay.Pods.SelectMany(pod => pod.Pod.Spec.Volumes).Where(volume => volume.Secret is not null),
            volume => Assert.Contains(volume.Secret.SecretName, told, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Silo_knows_its_options_settings_and_probe_paths(string name)
    {
        var overlay = Overlay.Build(name);
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "CityTwin.Silo"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var containers = overlay.Pods.Where(pod => pod.Name is Silo or "citytwin-migration").SelectMany(pod => pod.Pod.Spec.Containers).ToList();
        Assert.Equal(2, containers.Count);
        Assert.All(containers.SelectMany(container => container.Args), argument => Assert.Contains($"\"{argument.Split('=')[0]}\"", source, StringComparison.Ordinal));
        var settings = containers.SelectMany(container => container.Env ?? []).Select(setting => setting.Name)
            .Concat(overlay.Of<V1ConfigMap>().SelectMany(config => config.Data.Keys)).Where(setting => setting.StartsWith("CITYTWIN_", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.Contains($"\"{setting}\"", source, StringComparison.Ordinal));
        Assert.All(
            containers.SelectMany(container => new[] { container.LivenessProbe, container.ReadinessProbe, container.StartupProbe }).Select(probe => probe?.HttpGet.Path).OfType<string>(),
            path => Assert.Contains($"\"{path}\"", source, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Silo_ports_are_those_of_its_arguments(string name)
    {
        var silo = Overlay.Build(name).Pods.Single(pod => pod.Name == Silo).Pod.Spec.Containers.Single();
        var given = silo.Args.Select(argument => PortArgument().Match(argument)).Where(match => match.Success)
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, null));
        Assert.Equal(given, silo.Ports.ToDictionary(port => port.Name, port => port.ContainerPort));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Everything_is_labelled_as_part_of_the_city(string name) => Assert.All(
        Overlay.Build(name).Documents.Cast<IMetadata<V1ObjectMeta>>(),
        document => Assert.Equal("citytwin", document.Metadata.Labels["app.kubernetes.io/part-of"]));

    private static IEnumerable<(V1PodTemplateSpec Pod, V1Container Of)> Containers(string name) =>
        Overlay.Build(name).Pods.SelectMany(pod => pod.Pod.Spec.Containers.Select(container => (pod.Pod, container)));

    private static void AssertPorts(Overlay overlay, string service, IDictionary<string, string> selector, IEnumerable<string> ports)
    {
        var pod = Assert.Single(overlay.Pods, pod => selector.All(label => pod.Pod.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value)).Pod;
        Assert.All(ports, port => Assert.True(PortsOf(pod).Contains(port), $"service {service} leads to port {port}, which its pods do not have."));
    }

    /// <summary>Pods that a policy speaks of are there, and have the ports that it opens to them by number.</summary>
    private static void AssertPeers(Overlay overlay, V1NetworkPolicy policy)
    {
        List<V1PodTemplateSpec> Found(V1NetworkPolicyPeer peer) =>
            [.. overlay.Pods.Select(pod => pod.Pod).Where(pod => peer.NamespaceSelector is null && peer.PodSelector is { } selector && Matches(selector, pod.Metadata.Labels))];
        var rules = (policy.Spec.Ingress ?? []).Select(rule => rule.FromProperty).Concat((policy.Spec.Egress ?? []).Select(rule => rule.To));
        Assert.All(
            rules.SelectMany(peers => peers ?? []).Where(peer => peer.PodSelector is not null && peer.NamespaceSelector is null),
            peer => Assert.NotEmpty(Found(peer)));
        Assert.All((policy.Spec.Egress ?? []).SelectMany(rule => (rule.To ?? []).SelectMany(Found), (rule, pod) => (rule, pod)), opened => Assert.All(
            opened.rule.Ports.Select(port => int.Parse(port.Port.Value, null)),
            port => Assert.Contains(port, opened.pod.Spec.Containers.SelectMany(container => container.Ports ?? []).Select(exposed => exposed.ContainerPort))));
    }

    private static Dictionary<string, string> SettingsOf(Overlay overlay) =>
        overlay.Of<V1ConfigMap>().Single(config => config.Metadata.Name.StartsWith(Silo, StringComparison.Ordinal)).Data.ToDictionary();

    private static HashSet<string> PortsOf(V1PodTemplateSpec pod) => [.. pod.Spec.Containers.SelectMany(container => container.Ports ?? []).Select(port => port.Name)];

    private static bool Matches(V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value)
        && (selector.MatchExpressions ?? []).All(wanted => wanted.OperatorProperty == "In" && labels.TryGetValue(wanted.Key, out var value) && wanted.Values.Contains(value));

    [GeneratedRegex("^--(http|grpc|silo|gateway)-port=([0-9]+)$")]
    private static partial Regex PortArgument();
}
