"""Quadlet files of services as people run them: name of the file → text."""

from __future__ import annotations

SERVICES = {
    "nginx.container": """
        [Unit]
        Description=Web server
        [Container]
        Image=docker.io/library/nginx:stable
        PublishPort=8080:80
        PublishPort=[::1]:8443:443
        Volume=./conf.d:/etc/nginx/conf.d:ro
        Volume=%h/www:/usr/share/nginx/html:ro,Z
        HealthCmd=curl -fsS http://localhost/ || exit 1
        HealthInterval=30s
        HealthRetries=3
        [Service]
        Restart=always
        TimeoutStartSec=900
        [Install]
        WantedBy=default.target""",
    "postgres.container": """
        [Container]
        Image=docker.io/library/postgres:16
        ContainerName=db
        Environment=POSTGRES_USER=app POSTGRES_DB=app
        Environment="POSTGRES_INITDB_ARGS=--data-checksums --locale=C"
        Secret=db-password,type=env,target=POSTGRES_PASSWORD
        Volume=pgdata.volume:/var/lib/postgresql/data
        Network=backend.network
        ShmSize=256m
        StopTimeout=60
        Notify=healthy
        HealthCmd=pg_isready -U app
        [Install]
        WantedBy=default.target""",
    "pgdata.volume": """
        [Volume]
        Label=backup=daily
        User=999
        Group=999""",
    "backend.network": """
        [Network]
        Subnet=10.89.50.0/24
        Gateway=10.89.50.1
        IPRange=10.89.50.128/25
        Internal=true
        Label=tier=backend""",
    "frontend.network": """
        [Network]
        NetworkName=front
        IPv6=true
        Subnet=10.89.51.0/24
        Subnet=fd00:51::/64
        Options=mtu=1400
        DNS=9.9.9.9""",
    "redis.container": """
        [Container]
        Image=docker.io/library/redis:7
        Exec=redis-server --save "900 1" --appendonly no --maxmemory 64mb
        Network=backend.network
        NetworkAlias=cache
        ReadOnly=true
        Tmpfs=/data:size=64m
        DropCapability=all
        AddCapability=SETUID SETGID
        NoNewPrivileges=true
        User=999
        Group=999""",
    "app.container": """
        [Unit]
        Requires=postgres.service redis.service
        After=postgres.service redis.service
        [Container]
        Image=app.build
        EnvironmentFile=./app.env
        EnvironmentFile=%h/.config/app/secrets.env
        Network=backend.network
        Network=frontend.network:alias=app,ip=10.89.51.10
        PublishPort=127.0.0.1:3000:3000/tcp
        AutoUpdate=local
        Label=traefik.enable=true "traefik.http.routers.app.rule=Host(`app.example.com`)"
        [Service]
        Restart=on-failure
        RestartSec=5
        [Install]
        WantedBy=default.target""",
    "app.build": """
        [Build]
        ImageTag=localhost/app:latest
        SetWorkingDirectory=unit
        File=Containerfile
        Target=production
        Label=org.example.team=web""",
    "jellyfin.container": """
        [Container]
        Image=docker.io/jellyfin/jellyfin:latest
        AutoUpdate=registry
        PublishPort=8096:8096/tcp
        UserNS=keep-id:uid=1000,gid=1000
        User=1000
        Group=1000
        AddDevice=-/dev/dri/renderD128
        AddDevice=/dev/null
        GroupAdd=keep-groups
        SecurityLabelDisable=true
        Volume=jellyfin-config.volume:/config
        Volume=/srv/media:/media:ro
        Mount=type=tmpfs,destination=/cache,tmpfs-size=512m
        [Install]
        WantedBy=default.target multi-user.target""",
    "jellyfin-config.volume": "[Volume]",
    "nextcloud.container": """
        [Container]
        Image=nextcloud.image
        ContainerName=nextcloud
        HostName=cloud.example.com
        Environment=TZ=Europe/Berlin
        Timezone=Europe/Berlin
        Network=backend.network
        Network=frontend.network
        Volume=nextcloud.volume:/var/www/html:U
        Pull=never
        LogDriver=journald
        [Service]
        ExecStartPre=/bin/sleep 1
        [Install]
        WantedBy=default.target
        Alias=cloud.service""",
    "nextcloud.image": """
        [Image]
        Image=docker.io/library/nextcloud:29
        Arch=amd64
        TLSVerify=true
        AuthFile=%h/auth.json""",
    "nextcloud.volume": """
        [Volume]
        VolumeName=nextcloud-data
        Device=/srv/nextcloud
        Type=none
        Options=bind""",
    "backup@.container": """
        [Unit]
        Description=Back up %i
        [Container]
        Image=docker.io/restic/restic
        Exec=backup /data/%i --tag "weekly %i"
        Volume=/srv/%i:/data/%i:ro
        EnvironmentFile=%h/.config/restic/%i.env
        [Service]
        Type=oneshot
        [Install]
        WantedBy=default.target
        DefaultInstance=home""",
    "vpn.container": """
        [Container]
        Image=docker.io/linuxserver/wireguard
        AddCapability=NET_ADMIN NET_RAW
        AddDevice=/dev/net/tun:/dev/net/tun:rw
        Sysctl=net.ipv4.conf.all.src_valid_mark=1 net.ipv4.ip_forward=1
        Ulimit=nofile=4096:8192
        ContainerName=vpn""",
    "torrent.container": """
        [Container]
        Image=docker.io/linuxserver/qbittorrent
        Network=vpn.container
        [Service]
        Restart=always""",
    "pihole.container": """
        [Container]
        Image=docker.io/pihole/pihole
        PublishPort=5353:53/udp
        PublishPort=5353:53/tcp
        DNS=1.1.1.1
        DNSSearch=.
        DNSOption=ndots:1
        AddHost=router:192.168.1.1
        IP=10.88.0.53""",
    "gitea.container": """
        [Container]
        Image=docker.io/gitea/gitea:1.22-rootless
        PodmanArgs=--memory 512m --cpus=1.5
        GlobalArgs=--log-level=info
        PidsLimit=200
        LogOpt=max-size=10m
        RunInit=true
        StopSignal=SIGINT
        WorkingDir=/var/lib/gitea""",
    "prometheus.container": """
        [Container]
        Image=docker.io/prom/prometheus
        Exec=--config.file=/etc/prometheus/prometheus.yml --storage.tsdb.retention.time=30d \\
            --web.external-url=https://example.com/prometheus
        Mount=type=bind,source=./prometheus.yml,destination=/etc/prometheus/prometheus.yml,ro=true
        Mount=type=volume,source=pgdata.volume,destination=/old
        Annotation=org.example=1 "note=two words\"""".replace('\\"', '"'),
    "grafana.container": """
        [Container]
        Image=docker.io/grafana/grafana-oss
        Environment=GF_SERVER_ROOT_URL=%H GF_SECURITY_ADMIN_USER=admin
        EnvironmentHost=false
        SeccompProfile=unconfined
        Mask=/proc/acpi:/sys/firmware
        Unmask=/proc/kcore
        [Quadlet]
        DefaultDependencies=false""",
    "toolbox.container": """
        [Container]
        Rootfs=/srv/roots/debian:O
        Entrypoint=["/bin/bash", "-c"]
        Exec="echo $$HOME; sleep 5"
        ReadOnlyTmpfs=false
        ReadOnly=false
        ContainersConfModule=%h/modules/a.conf
        CgroupsMode=disabled""",
    "job.container": """
        [Container]
        Image=docker.io/library/busybox
        Exec=sh -c 'for i in 1 2 3; do echo "round $i"; done'
        HealthOnFailure=kill
        HealthStartupCmd=true
        HealthStartPeriod=10s
        HealthTimeout=5s
        HealthLogDestination=/var/log
        HealthMaxLogCount=3
        HealthMaxLogSize=100
        HealthStartupInterval=2s
        HealthStartupRetries=4
        HealthStartupSuccess=1
        HealthStartupTimeout=3s
        [Service]
        Type=oneshot
        RemainAfterExit=yes""",
    "mapped.container": """
        [Container]
        Image=docker.io/library/busybox
        UIDMap=0:1:1000
        UIDMap=1000:0:1
        GIDMap=0:1:1000
        SubUIDMap=me
        SubGIDMap=me
        ExposeHostPort=50-59
        IP6=fd00::5
        Notify=true
        SecurityLabelType=spc_t
        SecurityLabelLevel=s0:c1,c2
        SecurityLabelFileType=usr_t
        SecurityLabelNested=true""",
    "disk.volume": """
        [Volume]
        Driver=image
        Image=nextcloud.image""",
    "tmp.volume": """
        [Volume]
        Device=tmpfs
        Type=tmpfs
        Options=size=64m,mode=1777
        Copy=false
        PodmanArgs=--label=x=y""",
    "site.pod": """
        [Pod]
        PodName=site
        PublishPort=8081:80
        Network=frontend.network
        Volume=tmp.volume:/shared
        UserNS=keep-id
        AddHost=a:10.0.0.1
        ShmSize=32m""",
    "site-web.container": """
        [Container]
        Image=docker.io/library/nginx
        Pod=site.pod""",
    "site-log.container": """
        [Container]
        Image=docker.io/library/busybox
        Pod=site.pod
        StartWithPod=false""",
    "stack.kube": """
        [Kube]
        Yaml=stack.yml
        ConfigMap=./settings.yml
        Network=frontend.network
        PublishPort=8082:80
        AutoUpdate=registry
        AutoUpdate=web/local
        ExitCodePropagation=any
        SetWorkingDirectory=unit
        KubeDownForce=true""",
    "tools.build": """
        [Build]
        ImageTag=localhost/tools
        ImageTag=localhost/tools:dev
        SetWorkingDirectory=https://example.com/tools.git
        Environment=A=1
        Annotation=a=b
        Arch=arm64
        Variant=v8
        AuthFile=/etc/auth.json
        DNS=1.1.1.1
        DNSOption=ndots:1
        DNSSearch=example.com
        ForceRM=false
        GroupAdd=keep-groups
        Network=backend.network
        PodmanArgs=--squash
        Pull=never
        Secret=id=token,src=/run/token
        TLSVerify=false
        Volume=/srv/cache:/cache""",
}
