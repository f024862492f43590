import os,subprocess,sys,time
print(open('/proc/uptime').read())
os.system('ls /sys/devices/platform/vhci_hcd.0; cat /sys/devices/platform/vhci_hcd.0/status; time .build/debug/fluxgate --version')
os.system('.build/debug/fluxgate simulate heart --vhci --seconds 20 & .build/debug/fluxgate simulate glucose --vhci --seconds 20 & sleep 5; dmesg | tail -30; ls -l /dev/serial/by-id; cat /sys/bus/usb-serial/devices/*/latency_timer')
print(open('/proc/uptime').read())
