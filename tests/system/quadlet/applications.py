"""Quadlet files of applications of several containers, and of what people run at home: name of the file → text."""

from __future__ import annotations

APPLICATIONS = {
    "wordpress.pod": """
        [Unit]
        Description=WordPress and its database
        [Pod]
        PodName=wordpress
        PublishPort=127.0.0.1:8081:80
        Network=frontend.network:ip=10.89.51.20
        Volume=/etc/ssl/certs:/etc/ssl/certs:ro
        UserNS=auto
        AddHost=mail:10.0.0.5
        DNS=9.9.9.9
        DNSOption=ndots:1
        DNSSearch=example.net
        NetworkAlias=blog
        PodmanArgs=--hostname blog
        [Service]
        TimeoutStartSec=900
        [Install]
        WantedBy=default.target""",
    "wordpress-app.container": """
        [Unit]
        Requires=wordpress-db.service
        After=wordpress-db.service
        [Container]
        Image=docker.io/library/wordpress:6-apache
        Pod=wordpress.pod
        EnvironmentFile=./wordpress.env
        Secret=wp-db,type=env,target=WORDPRESS_DB_PASSWORD
        Volume=wordpress-files:/var/www/html
        HealthCmd=curl -fsS http://127.0.0.1/wp-login.php
        HealthInterval=1m""",
    "wordpress-db.container": """
        [Container]
        Image=docker.io/library/mariadb:11
        Pod=wordpress.pod
        ContainerName=wordpress-db
        Environment=MARIADB_DATABASE=wp MARIADB_USER=wp MARIADB_RANDOM_ROOT_PASSWORD=1
        Secret=wp-db,type=env,target=MARIADB_PASSWORD
        Volume=wordpress-db.volume:/var/lib/mysql
        Notify=healthy
        HealthCmd=healthcheck.sh --connect --innodb_initialized
        StopTimeout=120""",
    "wordpress-db.volume": "[Volume]\nVolumeName=wordpress-db",
    "wordpress-cron.container": """
        [Container]
        Image=docker.io/library/wordpress:cli
        Pod=wordpress.pod
        StartWithPod=false
        Exec=wp cron event run --due-now
        [Service]
        Type=oneshot""",
    "photos.pod": """
        [Pod]
        PublishPort=2283:2283
        Network=backend.network
        ServiceName=photos
        UIDMap=0:0:1
        GIDMap=0:0:1""",
    "photos-server.container": """
        [Container]
        Image=ghcr.io/immich-app/immich-server:release
        Pod=photos.pod
        AddDevice=-/dev/dri
        Volume=%h/Pictures:/usr/src/app/upload
        AutoUpdate=registry""",
    "photos-redis.container": """
        [Container]
        Image=docker.io/valkey/valkey:8
        Pod=photos.pod
        ReadOnly=true
        Tmpfs=/data:rw,size=64m
        Exec=valkey-server --save 60 1""",
    "matrix.kube": """
        [Unit]
        Description=Synapse
        [Kube]
        Yaml=/srv/matrix/synapse.yaml
        ConfigMap=settings.yaml
        ConfigMap=/srv/matrix/secrets.yaml
        PublishPort=8448:8448
        LogDriver=journald
        ExitCodePropagation=any
        KubeDownForce=true
        AutoUpdate=registry
        AutoUpdate=synapse/local
        UserNS=keep-id
        SetWorkingDirectory=yaml
        ServiceName=synapse
        [Install]
        WantedBy=default.target""",
    "vaultwarden.container": """
        [Container]
        Image=docker.io/vaultwarden/server:latest
        Environment=DOMAIN=https://vault.example.net SIGNUPS_ALLOWED=false
        Volume=vaultwarden-data:/data:U
        PublishPort=127.0.0.1:8222:80
        UserNS=keep-id:uid=1000,gid=1000
        DropCapability=all
        NoNewPrivileges=true
        [Install]
        WantedBy=default.target""",
    "home-assistant.container": """
        [Unit]
        After=mosquitto.service
        [Container]
        Image=ghcr.io/home-assistant/home-assistant:stable
        Network=host
        Volume=/etc/localtime:/etc/localtime:ro
        Volume=%h/homeassistant:/config
        AddDevice=/dev/ttyUSB0
        GroupAdd=keep-groups
        AddCapability=NET_RAW CAP_NET_ADMIN
        [Service]
        Restart=on-failure
        RestartSec=15
        [Install]
        WantedBy=default.target""",
    "mosquitto.container": """
        [Container]
        Image=docker.io/library/eclipse-mosquitto:2
        PublishPort=1883:1883
        PublishPort=9001:9001/tcp
        Mount=type=bind,source=./mosquitto.conf,destination=/mosquitto/config/mosquitto.conf,ro=true
        Mount=type=volume,source=mosquitto.volume,destination=/mosquitto/data
        LogDriver=journald
        StopSignal=SIGINT""",
    "mosquitto.volume": "[Volume]\nLabel=app=mosquitto",
    "syncthing.container": """
        [Container]
        Image=docker.io/syncthing/syncthing:1
        HostName=%H
        User=1000
        Group=1000
        UserNS=keep-id
        Volume=%h/Sync:/var/syncthing:z
        PublishPort=8384:8384
        PublishPort=22000:22000/tcp
        PublishPort=22000:22000/udp
        HealthCmd=curl -fkLsS -m 2 127.0.0.1:8384/rest/noauth/health
        HealthStartPeriod=10s
        [Service]
        Restart=always""",
    "caddy.container": """
        [Container]
        Image=docker.io/library/caddy:2
        Sysctl=net.ipv4.ip_unprivileged_port_start=80
        Ulimit=nofile=65536:65536
        Volume=caddy-data:/data
        Volume=./Caddyfile:/etc/caddy/Caddyfile:ro
        Network=frontend.network
        NetworkAlias=proxy
        ExposeHostPort=2019
        PodmanArgs=--cpus 2 --memory 512m
        GlobalArgs=--log-level=info""",
}
